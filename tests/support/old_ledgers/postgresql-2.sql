-- SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Written by the code of commit 72b41f4; see tests/tools/old_ledgers.py.
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
    replaced text
);
CREATE TABLE voipsms.ledger_version (
    version integer NOT NULL
);
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '7aee2f22b8d2a6fb438f82c680682a774b54b536', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', 'sent', '724ea9f6df800a03cf7224fb246ef4f302517943', 'accepted', 1, '06aa630371d9b545e4ca4f14380cc910', 'vm:20945', 1796006385.423598, 1796006493.2882454, 1796006535.2882328, 1798599393.3798516, '["2026794299c4f0fb50286211376"]', NULL, '', NULL, NULL, false, '9da34dfdc6cc8d90', 'af89faebef308422');
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '46f073c2aca81ee625f9c550022f64b6f9798bbf', 'fa0a20c80584e184028e2cc4c7aa8cf45b886f9c', '+44********23', 'lost', '724ea9f6df800a03cf7224fb246ef4f302517943', 'unknown', 1, 'acf642e631e6cc3f6b8aee6f9655bec0', 'vm:20976', 1796006386.9969, 1796006494.9401531, 1796006536.9401393, 1798599394.9401531, '[]', NULL, '', NULL, NULL, false, 'af04bf5236b231ce', '5d85ff0fdbaeecb6');
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '107b5785b3e43ba71ade30d7ad44545cc9a3653c', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', '', '813085edd564f27705cbe899db880c24825736d6', 'accepted', 1, '1508192ab3483b744dff9943515e7688', 'vm:20990', 1796006389.137557, 1796006496.7801538, 1796006538.7801387, 4070877300.091683, '["2026d75be2675b6209619349079"]', NULL, 'c4194974fbfa2beaf48c711d6a682ed98693b418', '2098-12-01 15:00', 4068284400, true, '94221089e82ab82b', '83359614a18fe961');
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '31fd0057cd33483ad0069278784dd2f7a18b7bbc', 'e11ff25a82934f35986156237d3669683686d89f', '+1********78', 'killed', '724ea9f6df800a03cf7224fb246ef4f302517943', 'sending', 1, '6df67d9b7b63eb9d6548305cb46c5dbe', 'vm:21034', 1796006391.361784, 1796006499.2666695, 1796006541.266652, 1798599399.2666695, '[]', NULL, '', NULL, NULL, false, '4b7a7b72f0ea31e5', NULL);
INSERT INTO voipsms.ledger_version VALUES (2);
ALTER TABLE ONLY voipsms.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (account, key, recipient);
CREATE INDEX ledger_account_idx ON voipsms.ledger USING btree (account) WHERE (date IS NOT NULL);
CREATE INDEX ledger_account_recipient_idx ON voipsms.ledger USING btree (account, recipient);
CREATE INDEX ledger_keep_until_idx ON voipsms.ledger USING btree (keep_until);
