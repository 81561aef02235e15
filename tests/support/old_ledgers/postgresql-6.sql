-- SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Written by the code of commit 3f480c4; see tests/tools/old_ledgers.py.
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
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '7aee2f22b8d2a6fb438f82c680682a774b54b536', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', 'sent', '724ea9f6df800a03cf7224fb246ef4f302517943', 'accepted', 1, 'b8e964f299e04fc53e7ba0223d1c8757', 'vm:24618', 1796006578.565494, 1796006686.4158533, 1796006728.415831, 1798599586.494152, '["20267f04e68494af62588238598"]', NULL, '', NULL, NULL, false, '9e0dcf6932082271', NULL, 3137476409, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '46f073c2aca81ee625f9c550022f64b6f9798bbf', 'fa0a20c80584e184028e2cc4c7aa8cf45b886f9c', '+44********23', 'lost', '724ea9f6df800a03cf7224fb246ef4f302517943', 'unknown', 1, '124bc62bf44b62b28bbbb11f49b31a7a', 'vm:24664', 1796006580.396881, 1796006688.339318, 1796006730.3393052, 1798599588.339318, '[]', NULL, '', NULL, NULL, false, 'f1b6c5da16ae8fe8', NULL, 3930847560, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '107b5785b3e43ba71ade30d7ad44545cc9a3653c', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', '', '813085edd564f27705cbe899db880c24825736d6', 'accepted', 1, 'f63a617861303488238a644eb8bd754a', 'vm:24698', 1796006582.935461, 1796006690.4289315, 1796006732.428912, 4070877300.1556997, '["202610c650db60e6a8857469072"]', NULL, 'c4194974fbfa2beaf48c711d6a682ed98693b418', '2098-12-01 15:00', 4068284400, true, 'bad1b75b746ae091', NULL, 2381114732, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '31fd0057cd33483ad0069278784dd2f7a18b7bbc', 'e11ff25a82934f35986156237d3669683686d89f', '+1********78', 'killed', '724ea9f6df800a03cf7224fb246ef4f302517943', 'sending', 1, '16386dbec2fa1b68486e66200c6dc553', 'vm:24762', 1796006585.788667, 1796006693.650041, 1796006735.650021, 1798599593.650041, '[]', NULL, '', NULL, NULL, false, '10cc6ab4774c6dcc', NULL, 3657505709, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', 'eb54114bd78d6a781e5517b25ef3c92afd8e0e88', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', 'answered/ask-1', '07c79259760739e7882989b55709d73d702689db', 'accepted', 1, 'f0f3648529416f3126c436cf493e1b73', 'vm:24806', 1796006587.975431, 1796006605.8697703, 1796006637.869757, 1798599505.9413004, '["20261689741d98bea9874819510"]', NULL, '', NULL, NULL, false, '69bdf162c0f474f9', NULL, 78622878, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', 'e028f8bce8871819503368f9f72f5e6ae4a6119b', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', 'asked/ask-1', '1f1ff740432ef10dfdcac46e6a34e8eaa1e04ab2', 'accepted', 1, '739b4e6f1233058dd5398dd79c8b5e0d', 'vm:24866', 1796006590.658581, 1796006608.5381098, 1796006640.5380921, 1798599508.5914986, '["20268610ffa8749116812110505"]', NULL, '', NULL, NULL, false, 'd3e637da7d51cc17', NULL, 3016645478, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger_version VALUES (6);
INSERT INTO voipsms.question VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', 'c5f285d7eecd6bb96b4ab7270a6f0146e585eeb9', 'answered', 'f7370951a3291a3980f13431b832cc589ee4fbc8', '', '{"d912df3f2b667c0c04a27b2e25716c08990aa891": ["8452f06c0c12", "9dc757ac662a"]}', 1796006587.772173, 1796006647.772173, 1798598647.772173, 'accepted', 'approve', '{"answers": [["d912df3f2b667c0c04a27b2e25716c08990aa891", "approve", "", false, "33313fab5163"]], "asked": ["d912df3f2b667c0c04a27b2e25716c08990aa891"], "before": ["4db0afdb867c", "bfeb1e050f09", "c795e876ccef", "dee0b063c2cd"], "begun": [1796006587.7757506], "doubted": [], "has_before": true, "hinted": [], "is_told": false, "opted_out": [], "refused": [], "shown": ["d912df3f2b667c0c04a27b2e25716c08990aa891"], "unclear": [], "waits": [60.0]}', 3387137616, '755ac4654dcc0792');
INSERT INTO voipsms.question VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', 'e9b8184f50fcb8a21df548f3d6085b14c8673635', 'asked', 'f7370951a3291a3980f13431b832cc589ee4fbc8', '5313c4747b475878c361b2ae14ae54f4dc961406c7a37863163d49e5971f8c40', '{"d912df3f2b667c0c04a27b2e25716c08990aa891": ["71b2c4a75418", "fc4342f5e394"]}', 1796006590.38396, 1796010190.38396, 1798602190.38396, '', '', '{"answers": [], "asked": [], "before": ["20b3a729fe2b", "33313fab5163", "4db0afdb867c", "bfeb1e050f09", "c795e876ccef", "dee0b063c2cd"], "begun": [1796006590.3901477], "doubted": [], "has_before": true, "hinted": [], "is_told": false, "opted_out": [], "refused": [], "shown": [], "unclear": [], "waits": [3600.0]}', 1286818500, '3fe9c8990d018fb5');
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
