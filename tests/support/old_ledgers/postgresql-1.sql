-- SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Written by the code of commit 22ba04e; see tests/tools/old_ledgers.py.
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
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '7aee2f22b8d2a6fb438f82c680682a774b54b536', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', 'sent', '724ea9f6df800a03cf7224fb246ef4f302517943', 'accepted', 1, '13e27b349251772073dd5a7815be57fb', 'vm:20316', 1796006340.164484, 1796006448.0823119, 1796006490.0822697, 1798599348.1350167, '["20266367da6eceb460544321797"]', NULL, '', NULL, NULL, false, '5748f8f34d82c26f', '824ac0f7599ed73f');
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '46f073c2aca81ee625f9c550022f64b6f9798bbf', 'fa0a20c80584e184028e2cc4c7aa8cf45b886f9c', '+44********23', 'lost', '724ea9f6df800a03cf7224fb246ef4f302517943', 'unknown', 1, '0deac15a003e129a6fbe1899026f671d', 'vm:20337', 1796006341.57337, 1796006449.490822, 1796006491.4907637, 1798599349.490822, '[]', NULL, '', NULL, NULL, false, 'ace28749a01ff9d7', '64b111a486d62f5f');
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '107b5785b3e43ba71ade30d7ad44545cc9a3653c', 'd912df3f2b667c0c04a27b2e25716c08990aa891', '+49*********78', '', '813085edd564f27705cbe899db880c24825736d6', 'accepted', 1, 'd8fa83f0e8d16f46acf2f9c16eecba3a', 'vm:20366', 1796006343.756435, 1796006451.3880856, 1796006493.3880332, 4070877300.1052594, '["20263a1e4883229625364923455"]', NULL, 'c4194974fbfa2beaf48c711d6a682ed98693b418', '2098-12-01 15:00', 4068284400, true, 'b0b1ba01e392a68e', 'b36c74d6870711a3');
INSERT INTO voipsms.ledger VALUES ('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726', '31fd0057cd33483ad0069278784dd2f7a18b7bbc', 'e11ff25a82934f35986156237d3669683686d89f', '+1********78', 'killed', '724ea9f6df800a03cf7224fb246ef4f302517943', 'sending', 1, 'c5ebc06d1b9eea13aea18e501a576cf3', 'vm:20415', 1796006346.130178, 1796006454.0566287, 1796006496.0565596, 1798599354.0566287, '[]', NULL, '', NULL, NULL, false, '543e3830e7c8e4b5', NULL);
INSERT INTO voipsms.ledger_version VALUES (1);
ALTER TABLE ONLY voipsms.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (account, key, recipient);
CREATE INDEX ledger_account_idx ON voipsms.ledger USING btree (account) WHERE (date IS NOT NULL);
CREATE INDEX ledger_keep_until_idx ON voipsms.ledger USING btree (keep_until);
