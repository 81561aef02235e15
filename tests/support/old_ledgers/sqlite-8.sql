-- SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Written by the code of the commit that began this schema; see tests/tools/old_ledgers.py.
BEGIN TRANSACTION;
CREATE TABLE checked (at REAL NOT NULL);
INSERT INTO "checked" VALUES(1.79602440046907019612e+09);
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
INSERT INTO "question" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','c5f285d7eecd6bb96b4ab7270a6f0146e585eeb9','answered','f7370951a3291a3980f13431b832cc589ee4fbc8','','{"d912df3f2b667c0c04a27b2e25716c08990aa891": ["1630b096a544", "3a79063d7093"]}',1.79602440331432771682e+09,1.79602446331432771681e+09,1.7986164633143277168e+09,'accepted','approve','{"answers": [["d912df3f2b667c0c04a27b2e25716c08990aa891", "approve", "", false, "5adebc75b265"]], "asked": ["d912df3f2b667c0c04a27b2e25716c08990aa891"], "before": ["4db0afdb867c", "bfeb1e050f09", "c795e876ccef", "dee0b063c2cd"], "begun": [1796024403.3299322], "doubted": [], "has_before": true, "hinted": [], "is_told": false, "opted_out": [], "refused": [], "shown": ["d912df3f2b667c0c04a27b2e25716c08990aa891"], "unclear": [], "waits": [60.0]}',3347513369);
INSERT INTO "question" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','e9b8184f50fcb8a21df548f3d6085b14c8673635','asked','f7370951a3291a3980f13431b832cc589ee4fbc8','a94228510f20e4efd460b133626b2247e5d83c933d431e4074524c2797a40f99','{"d912df3f2b667c0c04a27b2e25716c08990aa891": ["3be68bf74f36", "bc8111ead465"]}',1.79602440420356798166e+09,1.79602800420356798179e+09,1.79862000420356798165e+09,'','','{"answers": [], "asked": ["d912df3f2b667c0c04a27b2e25716c08990aa891"], "before": ["4db0afdb867c", "5adebc75b265", "bfeb1e050f09", "c72f601106d6", "c795e876ccef", "dee0b063c2cd"], "begun": [1796024404.2253869], "doubted": [], "has_before": true, "hinted": [], "is_told": false, "opted_out": [], "refused": [], "shown": ["d912df3f2b667c0c04a27b2e25716c08990aa891"], "unclear": [], "waits": [3600.0]}',2371702806);
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
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','7aee2f22b8d2a6fb438f82c680682a774b54b536','d912df3f2b667c0c04a27b2e25716c08990aa891','+49*********78','sent','724ea9f6df800a03cf7224fb246ef4f302517943','accepted',1,'56f86cf612748427493539acbd787be3','vm:15554',1.79602440049717807773e+09,1.79602450846966338153e+09,1.79602455046965408321e+09,1.79861740849692773817e+09,'["2026d412d069538483104684236"]',NULL,'',NULL,NULL,0,3886965825,0,NULL,NULL,0);
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','46f073c2aca81ee625f9c550022f64b6f9798bbf','fa0a20c80584e184028e2cc4c7aa8cf45b886f9c','+44********23','lost','724ea9f6df800a03cf7224fb246ef4f302517943','unknown',1,'68fb57cb1d246e89a677b7266af2a8f1','vm:15598',1.79602440099301624296e+09,1.79602450898926424985e+09,1.79602455098925352103e+09,1.79861740898926424983e+09,'[]',NULL,'',NULL,NULL,0,1801821596,0,NULL,NULL,0);
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','107b5785b3e43ba71ade30d7ad44545cc9a3653c','d912df3f2b667c0c04a27b2e25716c08990aa891','+49*********78','','813085edd564f27705cbe899db880c24825736d6','accepted',1,'9b11862494896d609fb2820c5bed6a46','vm:15625',1.79602440182565546039e+09,1.79602450976923036572e+09,1.79602455176922130583e+09,4.07087730002455759062e+09,'["2026b8bfd232c26f60393745248"]',NULL,'c4194974fbfa2beaf48c711d6a682ed98693b418','2098-12-01 15:00',4068284400.0,1,3033167865,0,NULL,NULL,0);
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','31fd0057cd33483ad0069278784dd2f7a18b7bbc','e11ff25a82934f35986156237d3669683686d89f','+1********78','killed','724ea9f6df800a03cf7224fb246ef4f302517943','sending',1,'72ea61a14ce4e3535446ab3f24b9af4d','vm:15665',1.79602440232657384875e+09,1.79602451032573080065e+09,1.79602455232572078705e+09,1.79861741032573080063e+09,'[]',NULL,'',NULL,NULL,0,2699069383,0,NULL,NULL,0);
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','eb54114bd78d6a781e5517b25ef3c92afd8e0e88','d912df3f2b667c0c04a27b2e25716c08990aa891','+49*********78','answered/ask-1','435c189117395d8025980dc60cb174781261b7c2','accepted',1,'45a1cb1f7ac147affaea22b028523931','vm:15687',1.79602440338570094107e+09,1.7960244213435132503e+09,1.79602445334350275998e+09,1.79861732138510870939e+09,'["20261b590ae1f83bf6934358792"]',NULL,'',NULL,NULL,0,4210107476,0,NULL,NULL,0);
INSERT INTO "row" VALUES('eaaeb4dc6d9fc2cc1fa06e0b4e1a0a0cba9f5726','e028f8bce8871819503368f9f72f5e6ae4a6119b','d912df3f2b667c0c04a27b2e25716c08990aa891','+49*********78','asked/ask-1','544717cf0636af4b1a66ceaa04dcb91991d9478e','accepted',1,'7ebfccfea41e699fd0a36fb36c362626','vm:15779',1.79602440425010347361e+09,1.79602442223513293273e+09,1.79602445423512363433e+09,1.79861732224956798555e+09,'["202686df075f8b3a35430617763"]',NULL,'',NULL,NULL,0,4214830233,0,NULL,NULL,0);
CREATE INDEX row_keep_until ON row (keep_until);
CREATE INDEX row_scheduled ON row (account) WHERE date IS NOT NULL;
CREATE INDEX question_kept ON question (account, keep_until);
COMMIT;
PRAGMA user_version = 8;
PRAGMA application_id = 1448039245;
