-- SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Written by the code of the commit that began this schema; see tests/tools/old_ledgers.py.
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
CREATE TABLE voipsms.place (
    account text NOT NULL,
    scope text NOT NULL COLLATE pg_catalog."C",
    at double precision NOT NULL,
    owner text NOT NULL,
    count integer NOT NULL
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
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '7aee2f22b8d2a6fb438f82c680682a774b54b536', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', 'sent', '724ea9f6df800a03cf7224fb246ef4f302517943', 'accepted', 1, '7fc5450ed87e209b4d9bfee64866507b', 'vm:16223', 1796024409.552179, 1796024517.3933678, 1796024559.3933554, 1798617417.5017111, '["202623a29ff457aae3640770676"]', NULL, '', NULL, NULL, false, '682aef48379999be', NULL, 608546530, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '46f073c2aca81ee625f9c550022f64b6f9798bbf', 'fa0a20c80584e184028e2cc4c7aa8cf45b886f9c', '+44********23', 'lost', '724ea9f6df800a03cf7224fb246ef4f302517943', 'unknown', 1, 'cd72485e14525554ec803ca9d5fd7661', 'vm:16354', 1796024411.023124, 1796024518.9479866, 1796024560.9479728, 1798617418.9479866, '[]', NULL, '', NULL, NULL, false, 'c903332ff1c65e06', NULL, 3184809165, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '107b5785b3e43ba71ade30d7ad44545cc9a3653c', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', '', '813085edd564f27705cbe899db880c24825736d6', 'accepted', 1, '632ae02bfdc7078801f318282f908876', 'vm:16557', 1796024412.737349, 1796024520.236139, 1796024562.2361262, 4070877300.1552315, '["2026aed9fd96081b09403287557"]', NULL, 'c4194974fbfa2beaf48c711d6a682ed98693b418', '2098-12-01 15:00', 4068284400, true, 'd194b4fb9e5388b5', NULL, 747944855, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '31fd0057cd33483ad0069278784dd2f7a18b7bbc', 'e11ff25a82934f35986156237d3669683686d89f', '+1********78', 'killed', '724ea9f6df800a03cf7224fb246ef4f302517943', 'sending', 1, 'd866cb64660402cb5fd6d76844a238d6', 'vm:16776', 1796024414.58538, 1796024522.513116, 1796024564.5131035, 1798617422.513116, '[]', NULL, '', NULL, NULL, false, '7323f4d2a37bd01e', NULL, 4180302086, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', 'eb54114bd78d6a781e5517b25ef3c92afd8e0e88', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', 'answered/ask-1', '350c85daf89a377a0d41737bdcbdf1d93523f2b3', 'accepted', 1, '066aefd8e608099e11fb8620e2a7215c', 'vm:16918', 1796024416.384599, 1796024434.222899, 1796024466.222887, 1798617334.3429413, '["202623071639010382921213967"]', NULL, '', NULL, NULL, false, '0b20966d70224a0d', NULL, 239693571, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', 'e028f8bce8871819503368f9f72f5e6ae4a6119b', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', 'asked/ask-1', '1a1870c8a2be123182dc33a17a842278f0d8c424', 'accepted', 1, 'a94b1e4eacb3e66b75c8795d5368ceec', 'vm:17267', 1796024419.218999, 1796024437.0751038, 1796024469.0750904, 1798617337.1695657, '["2026bc0c0d2ffadce5603351385"]', NULL, '', NULL, NULL, false, 'c3344c2e3fbcedda', NULL, 4219327808, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger_version VALUES (7);
INSERT INTO voipsms.question VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', 'c5f285d7eecd6bb96b4ab7270a6f0146e585eeb9', 'answered', 'f7370951a3291a3980f13431b832cc589ee4fbc8', '', '{"d912df3f2b667c0c04a27b2e25716c08990aa891": ["7898ac1045bb", "7970209a509f"]}', 1796024416.044623, 1796024476.044623, 1798616476.044623, 'accepted', 'approve', '{"answers": [["d912df3f2b667c0c04a27b2e25716c08990aa891", "approve", "", false, "8de87967d269"]], "asked": ["d912df3f2b667c0c04a27b2e25716c08990aa891"], "before": ["4db0afdb867c", "bfeb1e050f09", "c795e876ccef", "dee0b063c2cd"], "begun": [1796024416.0466597], "doubted": [], "has_before": true, "hinted": [], "is_told": false, "opted_out": [], "refused": [], "shown": ["d912df3f2b667c0c04a27b2e25716c08990aa891"], "unclear": [], "waits": [60.0]}', 3029386745, 'ffb8bb999dd6c2b0');
INSERT INTO voipsms.question VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', 'e9b8184f50fcb8a21df548f3d6085b14c8673635', 'asked', 'f7370951a3291a3980f13431b832cc589ee4fbc8', '7bbfff536c0a92093b2ca48d56533d8a0f234df867326e2b13db1599d44adee4', '{"d912df3f2b667c0c04a27b2e25716c08990aa891": ["0dd665d2b540", "d00030659924"]}', 1796024418.956578, 1796028018.956578, 1798620018.956578, '', '', '{"answers": [], "asked": [], "before": ["4db0afdb867c", "8de87967d269", "bfeb1e050f09", "c0679f8bc394", "c795e876ccef", "dee0b063c2cd"], "begun": [1796024418.9687767], "doubted": [], "has_before": true, "hinted": [], "is_told": false, "opted_out": [], "refused": [], "shown": [], "unclear": [], "waits": [3600.0]}', 3122904950, '1f06f11cbde56292');
ALTER TABLE ONLY voipsms.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (account, key, recipient);
ALTER TABLE ONLY voipsms.place
    ADD CONSTRAINT place_pkey PRIMARY KEY (account, scope, at, owner);
ALTER TABLE ONLY voipsms.question
    ADD CONSTRAINT question_pkey PRIMARY KEY (account, key);
CREATE INDEX ledger_account_idx ON voipsms.ledger USING btree (account) WHERE (date IS NOT NULL);
CREATE INDEX ledger_account_recipient_idx ON voipsms.ledger USING btree (account, recipient);
CREATE INDEX ledger_keep_until_idx ON voipsms.ledger USING btree (keep_until);
CREATE INDEX question_account_keep_until_idx ON voipsms.question USING btree (account, keep_until);
