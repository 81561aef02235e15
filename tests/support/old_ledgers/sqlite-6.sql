-- SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Written by the code of commit b18d702; see tests/tools/old_ledgers.py.
BEGIN TRANSACTION;
CREATE TABLE checked (at REAL NOT NULL);
INSERT INTO "checked" VALUES(1.79600651073552536971e+09);
CREATE TABLE question (
            account TEXT NOT NULL,
            key TEXT NOT NULL,
            label TEXT NOT NULL,
            content TEXT NOT NULL,
            secret TEXT NOT NULL,
            codes TEXT NOT NULL,
            opened_at REAL NOT NULL,
            ends_at REAL NOT NULL,
            keep_until REAL NOT NULL,
            outcome TEXT NOT NULL,
            answer TEXT NOT NULL,
            facts TEXT NOT NULL,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (account, key)
        );
INSERT INTO "question" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','c5f285d7eecd6bb96b4ab7270a6f0146e585eeb9','answered','f7370951a3291a3980f13431b832cc589ee4fbc8','','{"d912df3f2b667c0c04a27b2e25716c08990aa891": ["4b8935157526", "6ae64d2b7cd0"]}',1.79600651784450626377e+09,1.79600657784450626376e+09,1.79859857784450626375e+09,'accepted','approve','{"answers": [["d912df3f2b667c0c04a27b2e25716c08990aa891", "approve", "", false, "017ae88a6cef"]], "asked": ["d912df3f2b667c0c04a27b2e25716c08990aa891"], "before": ["4db0afdb867c", "bfeb1e050f09", "c795e876ccef", "dee0b063c2cd"], "begun": [1796006517.861626], "doubted": [], "has_before": true, "hinted": [], "is_told": false, "opted_out": [], "refused": [], "shown": ["d912df3f2b667c0c04a27b2e25716c08990aa891"], "unclear": [], "waits": [60.0]}',3328632861);
INSERT INTO "question" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','e9b8184f50fcb8a21df548f3d6085b14c8673635','asked','f7370951a3291a3980f13431b832cc589ee4fbc8','956a1be9156dd97e818c7ac589a7d55b34d9cc41391e54476b900049bc3ee346','{"d912df3f2b667c0c04a27b2e25716c08990aa891": ["43ddbbc58906", "46b2e2da5bfe"]}',1.79600652056819677353e+09,1.79601012056819677354e+09,1.79860212056819677352e+09,'','','{"answers": [], "asked": ["d912df3f2b667c0c04a27b2e25716c08990aa891"], "before": ["017ae88a6cef", "4db0afdb867c", "bfeb1e050f09", "c795e876ccef", "dee0b063c2cd", "e33e52ea1d83"], "begun": [1796006520.5842674], "doubted": [], "has_before": true, "hinted": [], "is_told": false, "opted_out": [], "refused": [], "shown": ["d912df3f2b667c0c04a27b2e25716c08990aa891"], "unclear": [], "waits": [3600.0]}',1985284644);
CREATE TABLE row (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    recipient TEXT NOT NULL,
    masked TEXT NOT NULL,
    label TEXT NOT NULL,
    content TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    owner TEXT NOT NULL,
    origin TEXT NOT NULL,
    claimed_at REAL NOT NULL,
    first_byte_by REAL NOT NULL,
    lease_until REAL NOT NULL,
    keep_until REAL NOT NULL,
    smsids TEXT NOT NULL,
    previous TEXT,
    name TEXT NOT NULL,
    date TEXT,
    delivers_at REAL,
    listed INTEGER NOT NULL, checksum INTEGER, revision INTEGER NOT NULL DEFAULT 0, absent_at REAL, effect_by REAL, confirmed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, key, recipient)
);
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','7aee2f22b8d2a6fb438f82c680682a774b54b536','d912df3f2b667c0c04a27b2e25716c08990aa891','+49*********78','sent','724ea9f6df800a03cf7224fb246ef4f302517943','accepted',1,'617e8b0e9a49f25b1d7758d13e266957','vm:23375',1.79600651083446240423e+09,1.79600661873968505863e+09,1.79600666073966312406e+09,1.79859951882892203332e+09,'["20266d95d125b0f9e4107883790"]',NULL,'',NULL,NULL,0,3064721023,0,NULL,NULL,0);
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','46f073c2aca81ee625f9c550022f64b6f9798bbf','fa0a20c80584e184028e2cc4c7aa8cf45b886f9c','+44********23','lost','724ea9f6df800a03cf7224fb246ef4f302517943','unknown',1,'9f0a479242a4200ff6c325fc0ae06fae','vm:23414',1.79600651228530669217e+09,1.79600662027482914926e+09,1.7960066622748093605e+09,1.79859952027482914924e+09,'[]',NULL,'',NULL,NULL,0,2872560400,0,NULL,NULL,0);
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','107b5785b3e43ba71ade30d7ad44545cc9a3653c','d912df3f2b667c0c04a27b2e25716c08990aa891','+49*********78','','813085edd564f27705cbe899db880c24825736d6','accepted',1,'cf2be4d0a3f1f2b6f2a21e33e6d3780d','vm:23471',1.79600651432231593132e+09,1.79600662222814869877e+09,1.79600666422813391685e+09,4070877300.03348,'["202659d1cba6172530768316239"]',NULL,'c4194974fbfa2beaf48c711d6a682ed98693b418','2098-12-01 15:00',4068284400.0,1,3265854837,0,NULL,NULL,0);
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','31fd0057cd33483ad0069278784dd2f7a18b7bbc','e11ff25a82934f35986156237d3669683686d89f','+1********78','killed','724ea9f6df800a03cf7224fb246ef4f302517943','sending',1,'377bc29d3a09d9037702d00c49aa86ae','vm:23512',1.79600651581295490261e+09,1.79600662380309844014e+09,1.79600666580307674405e+09,1.79859952380309844012e+09,'[]',NULL,'',NULL,NULL,0,164609051,0,NULL,NULL,0);
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','eb54114bd78d6a781e5517b25ef3c92afd8e0e88','d912df3f2b667c0c04a27b2e25716c08990aa891','+49*********78','answered/ask-1','c63342aac1dffdaf4a56e721526660ca6b5e8702','accepted',1,'8b2b1c13f4692180f4c81018b7eeb37a','vm:23533',1.79600651791461443903e+09,1.79600653586719131472e+09,1.79600656786717271804e+09,1.79859943591016983987e+09,'["2026849cf189669170729334442"]',NULL,'',NULL,NULL,0,2956665551,0,NULL,NULL,0);
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','e028f8bce8871819503368f9f72f5e6ae4a6119b','d912df3f2b667c0c04a27b2e25716c08990aa891','+49*********78','asked/ask-1','827ae85ce563df0c59652b44169bee11d7f1877f','accepted',1,'9a0c438c40df04dc0351822499c4643b','vm:23590',1.79600652070549821849e+09,1.79600653859700155261e+09,1.79600657059698438642e+09,1.79859943870410728455e+09,'["2026141a55b7eaa030677173410"]',NULL,'',NULL,NULL,0,1169021287,0,NULL,NULL,0);
CREATE INDEX row_keep_until ON row (keep_until);
CREATE INDEX row_scheduled ON row (account) WHERE date IS NOT NULL;
CREATE INDEX question_kept ON question (account, keep_until);
COMMIT;
PRAGMA user_version = 6;
PRAGMA application_id = 1448039245;
