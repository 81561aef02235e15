-- SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Written by the code of commit b18d702; see tests/tools/old_ledgers.py.
CREATE SCHEMA voipsms;
CREATE TABLE voipsms.ledger (
    account text NOT NULL,
    key text NOT NULL,
    recipient text NOT NULL,
    masked text NOT NULL,
    label text NOT NULL,
    content text NOT NULL,
    state text NOT NULL,
    attempt integer NOT NULL,
    owner text NOT NULL,
    origin text NOT NULL,
    claimed_at double precision NOT NULL,
    first_byte_by double precision NOT NULL,
    lease_until double precision NOT NULL,
    keep_until double precision NOT NULL,
    smsids text NOT NULL,
    previous text,
    name text NOT NULL,
    date text,
    delivers_at double precision,
    listed boolean NOT NULL,
    stamp text NOT NULL,
    replaced text,
    checksum bigint,
    revision integer DEFAULT 0 NOT NULL,
    absent_at double precision,
    effect_by double precision,
    confirmed boolean DEFAULT false NOT NULL
);
CREATE TABLE voipsms.ledger_version (
    version integer NOT NULL
);
CREATE TABLE voipsms.question (
    account text NOT NULL,
    key text NOT NULL,
    label text NOT NULL,
    content text NOT NULL,
    secret text NOT NULL,
    codes text NOT NULL,
    opened_at double precision NOT NULL,
    ends_at double precision NOT NULL,
    keep_until double precision NOT NULL,
    outcome text NOT NULL,
    answer text NOT NULL,
    facts text NOT NULL,
    checksum bigint NOT NULL,
    stamp text NOT NULL
);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '7aee2f22b8d2a6fb438f82c680682a774b54b536', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', 'sent', '724ea9f6df800a03cf7224fb246ef4f302517943', 'accepted', 1, '8bf5cc1d429da1f1f44ee39977abf840', 'vm:23809', 1796006536.223368, 1796006643.9816492, 1796006685.9816325, 1798599544.152596, '["2026e4dcd761ca5666997540881"]', NULL, '', NULL, NULL, false, 'd58a092a9c54917e', NULL, 4160176727, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '46f073c2aca81ee625f9c550022f64b6f9798bbf', 'fa0a20c80584e184028e2cc4c7aa8cf45b886f9c', '+44********23', 'lost', '724ea9f6df800a03cf7224fb246ef4f302517943', 'unknown', 1, 'c8c1005c698b02f5afa70af9ac9dea34', 'vm:23839', 1796006539.355353, 1796006647.2762547, 1796006689.2762363, 1798599547.2762547, '[]', NULL, '', NULL, NULL, false, '0a8a6a54821ebbaf', NULL, 2339197115, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '107b5785b3e43ba71ade30d7ad44545cc9a3653c', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', '', '813085edd564f27705cbe899db880c24825736d6', 'accepted', 1, 'a97772dde2c824d3e2201e7cbf2157b8', 'vm:23856', 1796006543.136202, 1796006650.5122778, 1796006692.5122526, 4070877300.174555, '["20267673ef92ef5a72080755063"]', NULL, 'c4194974fbfa2beaf48c711d6a682ed98693b418', '2098-12-01 15:00', 4068284400, true, 'a4b6f8ed40eec230', NULL, 1421454780, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '31fd0057cd33483ad0069278784dd2f7a18b7bbc', 'e11ff25a82934f35986156237d3669683686d89f', '+1********78', 'killed', '724ea9f6df800a03cf7224fb246ef4f302517943', 'sending', 1, '0a6b94df3ebf6ca5d56b7ddcc9f3517e', 'vm:23918', 1796006545.91257, 1796006653.8470967, 1796006695.8470788, 1798599553.8470967, '[]', NULL, '', NULL, NULL, false, '567c5ee56032d534', NULL, 2113603263, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', 'eb54114bd78d6a781e5517b25ef3c92afd8e0e88', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', 'answered/ask-1', '460787ec2a42a6e0c322e449f39f2a028a75e314', 'accepted', 1, '2d14bf24ded04ad249fc7cce35a398fa', 'vm:23955', 1796006549.235732, 1796006567.0017583, 1796006599.0017405, 1798599467.1283016, '["202696f2f055738af5563326477"]', NULL, '', NULL, NULL, false, '70eb5e90940a9cdb', NULL, 1685762195, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', 'e028f8bce8871819503368f9f72f5e6ae4a6119b', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', 'asked/ask-1', 'd8fd7e8ad44fd6a20931245798453b7936f7e0da', 'accepted', 1, '4a10a4b4e05a802ce07eb2babcca99d7', 'vm:24020', 1796006552.3154, 1796006570.1598215, 1796006602.1598036, 1798599470.2432747, '["20260d2857072134b3595407648"]', NULL, '', NULL, NULL, false, 'c242b659579574e8', NULL, 3243085772, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger_version VALUES (5);
INSERT INTO voipsms.question VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', 'c5f285d7eecd6bb96b4ab7270a6f0146e585eeb9', 'answered', 'f7370951a3291a3980f13431b832cc589ee4fbc8', '', '{"d912df3f2b667c0c04a27b2e25716c08990aa891": ["67646efc4173", "b8da1fea8739"]}', 1796006548.868383, 1796006608.868383, 1798598608.868383, 'accepted', 'approve', '{"answers": [["d912df3f2b667c0c04a27b2e25716c08990aa891", "approve", "", false, "6aef50009d91"]], "asked": ["d912df3f2b667c0c04a27b2e25716c08990aa891"], "before": ["4db0afdb867c", "bfeb1e050f09", "c795e876ccef", "dee0b063c2cd"], "begun": [1796006548.8759336], "doubted": [], "has_before": true, "hinted": [], "is_told": false, "opted_out": [], "refused": [], "shown": ["d912df3f2b667c0c04a27b2e25716c08990aa891"], "unclear": [], "waits": [60.0]}', 3154211435, 'ef2a85a44da3b520');
INSERT INTO voipsms.question VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', 'e9b8184f50fcb8a21df548f3d6085b14c8673635', 'asked', 'f7370951a3291a3980f13431b832cc589ee4fbc8', '104848ac7ac27ea0208216c5dd920159fb15e58319a4dfadf66a021beb05cd3f', '{"d912df3f2b667c0c04a27b2e25716c08990aa891": ["396641703e6f", "751ebe50002c"]}', 1796006551.995877, 1796010151.995877, 1798602151.995877, '', '', '{"answers": [], "asked": [], "before": ["4db0afdb867c", "6aef50009d91", "8ffe4e981733", "bfeb1e050f09", "c795e876ccef", "dee0b063c2cd"], "begun": [1796006552.0080478], "doubted": [], "has_before": true, "hinted": [], "is_told": false, "opted_out": [], "refused": [], "shown": [], "unclear": [], "waits": [3600.0]}', 717994501, '78828a1cf6d15166');
ALTER TABLE ONLY voipsms.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (account, key, recipient);
ALTER TABLE ONLY voipsms.question
    ADD CONSTRAINT question_pkey PRIMARY KEY (account, key);
CREATE INDEX ledger_account_idx ON voipsms.ledger USING btree (account) WHERE (date IS NOT NULL);
CREATE INDEX ledger_account_recipient_idx ON voipsms.ledger USING btree (account, recipient);
CREATE INDEX ledger_keep_until_idx ON voipsms.ledger USING btree (keep_until);
CREATE INDEX question_account_keep_until_idx ON voipsms.question USING btree (account, keep_until);
