-- SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Written by the code of commit 3016ffc; see tests/tools/old_ledgers.py.
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
    revision text NOT NULL,
    replaced text,
    checksum bigint
);
CREATE TABLE voipsms.ledger_version (
    version integer NOT NULL
);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '7aee2f22b8d2a6fb438f82c680682a774b54b536', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', 'sent', '724ea9f6df800a03cf7224fb246ef4f302517943', 'accepted', 1, 'd04a8ae7055a629f2073b06125cd7bb6', 'vm:21393', 1796006410.129942, 1796006517.9804888, 1796006559.9804776, 1798599418.0828488, '["20268d109b35a0b895360870323"]', NULL, '', NULL, NULL, false, '97a678537f5c8c9e', 'a4167b6e23b3ab18', 2964984444);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '46f073c2aca81ee625f9c550022f64b6f9798bbf', 'fa0a20c80584e184028e2cc4c7aa8cf45b886f9c', '+44********23', 'lost', '724ea9f6df800a03cf7224fb246ef4f302517943', 'unknown', 1, '48fb960a0aa2173412e6bc6c63a5a7f2', 'vm:21414', 1796006411.709792, 1796006519.6659892, 1796006561.6659763, 1798599419.6659892, '[]', NULL, '', NULL, NULL, false, 'c2789f7eb2812534', 'b57ac7de6c36df88', 4012905532);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '107b5785b3e43ba71ade30d7ad44545cc9a3653c', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', '', '813085edd564f27705cbe899db880c24825736d6', 'accepted', 1, '467a1e9030fecc68215a0e1d2d220e30', 'vm:21454', 1796006413.623436, 1796006521.305612, 1796006563.3055937, 4070877300.0898867, '["2026579724b6378c21405657569"]', NULL, 'c4194974fbfa2beaf48c711d6a682ed98693b418', '2098-12-01 15:00', 4068284400, true, 'a3a513165a3bca80', '28a7a3610580dd7d', 956397490);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '31fd0057cd33483ad0069278784dd2f7a18b7bbc', 'e11ff25a82934f35986156237d3669683686d89f', '+1********78', 'killed', '724ea9f6df800a03cf7224fb246ef4f302517943', 'sending', 1, '3ea7fa645b444b9611b2a1b6eaf608dd', 'vm:21513', 1796006415.253691, 1796006523.1916158, 1796006565.191597, 1798599423.1916158, '[]', NULL, '', NULL, NULL, false, '4bfff30e79b96b94', NULL, 4201420620);
INSERT INTO voipsms.ledger_version VALUES (3);
ALTER TABLE ONLY voipsms.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (account, key, recipient);
CREATE INDEX ledger_account_idx ON voipsms.ledger USING btree (account) WHERE (date IS NOT NULL);
CREATE INDEX ledger_account_recipient_idx ON voipsms.ledger USING btree (account, recipient);
CREATE INDEX ledger_keep_until_idx ON voipsms.ledger USING btree (keep_until);
