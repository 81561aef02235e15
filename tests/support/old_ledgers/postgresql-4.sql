-- SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Written by the code of commit f8c13a2; see tests/tools/old_ledgers.py.
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
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '7aee2f22b8d2a6fb438f82c680682a774b54b536', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', 'sent', '724ea9f6df800a03cf7224fb246ef4f302517943', 'accepted', 1, 'b78d079e8387a6d00fc6010559b0ad73', 'vm:21830', 1796006430.315839, 1796006538.1575694, 1796006580.157551, 1798599438.2566028, '["20263e39e4ffdf4ce3532230609"]', NULL, '', NULL, NULL, false, '862d641d8a1bf674', NULL, 786825974, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '46f073c2aca81ee625f9c550022f64b6f9798bbf', 'fa0a20c80584e184028e2cc4c7aa8cf45b886f9c', '+44********23', 'lost', '724ea9f6df800a03cf7224fb246ef4f302517943', 'unknown', 1, 'a509e5200a02bdbbb3c29653b26f5f47', 'vm:21856', 1796006431.611344, 1796006539.5594642, 1796006581.5594459, 1798599439.5594642, '[]', NULL, '', NULL, NULL, false, '5d28b4dc61dbe3f7', NULL, 1433522960, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '107b5785b3e43ba71ade30d7ad44545cc9a3653c', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', '', '813085edd564f27705cbe899db880c24825736d6', 'accepted', 1, 'c57f9fe78f79808f64030ec7bae1675a', 'vm:21883', 1796006433.481393, 1796006540.99757, 1796006582.9975502, 4070877300.165717, '["2026cd23a2dbe69922748425832"]', NULL, 'c4194974fbfa2beaf48c711d6a682ed98693b418', '2098-12-01 15:00', 4068284400, true, 'e01030029d6d9a6f', NULL, 1142944310, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '31fd0057cd33483ad0069278784dd2f7a18b7bbc', 'e11ff25a82934f35986156237d3669683686d89f', '+1********78', 'killed', '724ea9f6df800a03cf7224fb246ef4f302517943', 'sending', 1, '1f000bb518d6c3e3b9a701f7bdbf0e23', 'vm:22036', 1796006436.503401, 1796006544.4112458, 1796006586.4112263, 1798599444.4112458, '[]', NULL, '', NULL, NULL, false, '047a08a8f0a23fef', NULL, 2192849101, 0, NULL, NULL, false);
INSERT INTO voipsms.ledger_version VALUES (4);
ALTER TABLE ONLY voipsms.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (account, key, recipient);
CREATE INDEX ledger_account_idx ON voipsms.ledger USING btree (account) WHERE (date IS NOT NULL);
CREATE INDEX ledger_account_recipient_idx ON voipsms.ledger USING btree (account, recipient);
CREATE INDEX ledger_keep_until_idx ON voipsms.ledger USING btree (keep_until);
