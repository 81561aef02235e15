-- SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Written by the code of commit 3f480c4; see tests/tools/old_ledgers.py.
BEGIN TRANSACTION;
CREATE TABLE checked (at REAL NOT NULL);
INSERT INTO "checked" VALUES(1796006557.39431);
CREATE TABLE place (
            account TEXT NOT NULL,
            scope TEXT NOT NULL,
            at REAL NOT NULL,
            owner TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (account, scope, at, owner)
        ) WITHOUT ROWID
        ;
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
INSERT INTO "question" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','c5f285d7eecd6bb96b4ab7270a6f0146e585eeb9','answered','f7370951a3291a3980f13431b832cc589ee4fbc8','','{"d912df3f2b667c0c04a27b2e25716c08990aa891": ["134156298b81", "a962a8094d94"]}',1.79600656408010244365e+09,1.79600662408010244364e+09,1.79859862408010244367e+09,'accepted','approve','{"answers": [["d912df3f2b667c0c04a27b2e25716c08990aa891", "approve", "", false, "9249609847cd"]], "asked": ["d912df3f2b667c0c04a27b2e25716c08990aa891"], "before": ["4db0afdb867c", "bfeb1e050f09", "c795e876ccef", "dee0b063c2cd"], "begun": [1796006564.0836656], "doubted": [], "has_before": true, "hinted": [], "is_told": false, "opted_out": [], "refused": [], "shown": ["d912df3f2b667c0c04a27b2e25716c08990aa891"], "unclear": [], "waits": [60.0]}',121616412);
INSERT INTO "question" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','e9b8184f50fcb8a21df548f3d6085b14c8673635','asked','f7370951a3291a3980f13431b832cc589ee4fbc8','6d815a363efe77b55aead587f1a82accb4309ccfaa841d26922a5e89242126a6','{"d912df3f2b667c0c04a27b2e25716c08990aa891": ["d51fa94df54f", "dfb975c512df"]}',1.7960065667486271858e+09,1.79601016674862718584e+09,1.79860216674862718579e+09,'','','{"answers": [], "asked": ["d912df3f2b667c0c04a27b2e25716c08990aa891"], "before": ["2452c0c16620", "4db0afdb867c", "9249609847cd", "bfeb1e050f09", "c795e876ccef", "dee0b063c2cd"], "begun": [1796006566.7749658], "doubted": [], "has_before": true, "hinted": [], "is_told": false, "opted_out": [], "refused": [], "shown": [], "unclear": [], "waits": [3600.0]}',302408884);
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
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','7aee2f22b8d2a6fb438f82c680682a774b54b536','d912df3f2b667c0c04a27b2e25716c08990aa891','+49*********78','sent','724ea9f6df800a03cf7224fb246ef4f302517943','accepted',1,'2a345db3e5262876d956de164214aa29','vm:24109',1.79600655743090462687e+09,1.79600666539513897888e+09,1.79600670739512205129e+09,1.79859956543019866939e+09,'["20262c2a949f09d8a7056736629"]',NULL,'',NULL,NULL,0,3758334751,0,NULL,NULL,0);
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','46f073c2aca81ee625f9c550022f64b6f9798bbf','fa0a20c80584e184028e2cc4c7aa8cf45b886f9c','+44********23','lost','724ea9f6df800a03cf7224fb246ef4f302517943','unknown',1,'78811c4df1f911c42543aa00639a679e','vm:24120',1.7960065586542859077e+09,1.79600666665186715128e+09,1.79600670865185284611e+09,1.79859956665186715126e+09,'[]',NULL,'',NULL,NULL,0,33267431,0,NULL,NULL,0);
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','107b5785b3e43ba71ade30d7ad44545cc9a3653c','d912df3f2b667c0c04a27b2e25716c08990aa891','+49*********78','','813085edd564f27705cbe899db880c24825736d6','accepted',1,'804cf78c14dd43387ec11e757ef8427a','vm:24131',1.79600656045634198181e+09,1.79600666835936236378e+09,1.79600671035935139652e+09,4.07087730004251289366e+09,'["2026c0b34bde7b16f2681350949"]',NULL,'c4194974fbfa2beaf48c711d6a682ed98693b418','2098-12-01 15:00',4068284400.0,1,3601125920,0,NULL,NULL,0);
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','31fd0057cd33483ad0069278784dd2f7a18b7bbc','e11ff25a82934f35986156237d3669683686d89f','+1********78','killed','724ea9f6df800a03cf7224fb246ef4f302517943','sending',1,'134b6e82cc617651b019f070763c713b','vm:24251',1.79600656206668353085e+09,1796006670.06523,1.79600671206521606449e+09,1798599570.06523,'[]',NULL,'',NULL,NULL,0,4131379968,0,NULL,NULL,0);
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','eb54114bd78d6a781e5517b25ef3c92afd8e0e88','d912df3f2b667c0c04a27b2e25716c08990aa891','+49*********78','answered/ask-1','663a7a0ccef741b8312d1cd642901e1b7e3f1b2b','accepted',1,'5b5fd1c681ab711138c23c82028cb16a','vm:24289',1.7960065641916851997e+09,1.79600658212913846974e+09,1.79600661412911939618e+09,1.79859948219000411037e+09,'["202696468e141b3a74408683384"]',NULL,'',NULL,NULL,0,2815412885,0,NULL,NULL,0);
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','e028f8bce8871819503368f9f72f5e6ae4a6119b','d912df3f2b667c0c04a27b2e25716c08990aa891','+49*********78','asked/ask-1','db7aa805f1ce28deece6f2e243daef5c08093530','accepted',1,'fa2945c25468c0ac0274acdd13fcf852','vm:24398',1.7960065668648505211e+09,1.79600658481633615494e+09,1.796006616816321373e+09,1.79859948486359786986e+09,'["2026d75e023a930e85609950113"]',NULL,'',NULL,NULL,0,3002955941,0,NULL,NULL,0);
CREATE INDEX row_keep_until ON row (keep_until);
CREATE INDEX row_scheduled ON row (account) WHERE date IS NOT NULL;
CREATE INDEX question_kept ON question (account, keep_until);
COMMIT;
PRAGMA user_version = 7;
PRAGMA application_id = 1448039245;
