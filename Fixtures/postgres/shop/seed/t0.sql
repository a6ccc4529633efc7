CREATE TABLE "customers" (
  "id" bigint NOT NULL,
  "email" varchar(40) NOT NULL,
  "name" text,
  "country" varchar(40),
  "active" boolean NOT NULL,
  "created_at" timestamp with time zone NOT NULL,
  "updated_at" timestamp with time zone,
  PRIMARY KEY ("id")
);
INSERT INTO "customers" VALUES
  (1, 'user1@example.com', 'Bob O''Hara', 'FR', TRUE, '2025-03-01 00:01:00', '2025-03-01 01:40:00'),
  (2, 'user2@example.com', 'Cleo "C" Quote', NULL, TRUE, '2025-03-01 00:02:00', '2025-03-01 03:20:00'),
  (3, 'user3@example.com', 'Dvořák', 'DE', TRUE, '2025-03-01 00:03:00', NULL),
  (4, 'user4@example.com', '李雷', 'FR', FALSE, '2025-03-01 00:04:00', '2025-03-01 06:40:00'),
  (5, 'user5@example.com', '', NULL, TRUE, '2025-03-01 00:05:00', '2025-03-01 08:20:00.25'),
  (6, 'user6@example.com', NULL, 'DE', TRUE, '2025-03-01 00:06:00', '2025-03-01 10:00:00'),
  (7, 'user7@example.com', 'Renée 🦊', 'FR', TRUE, '2025-03-01 00:07:00', '2025-03-01 11:40:00'),
  (8, 'user8@example.com', 'back\slash', NULL, FALSE, '2025-03-01 00:08:00', '2025-03-01 11:40:00'),
  (9, 'user9@example.com', 'tab	and
line', 'DE', TRUE, '2025-03-01 00:09:00', '2025-03-01 11:40:00'),
  (10, 'user10@example.com', 'Ada', 'FR', TRUE, '2025-03-01 00:10:00', '2025-03-01 11:40:00.25'),
  (11, 'user11@example.com', 'Bob O''Hara', NULL, TRUE, '2025-03-01 00:11:00', '2025-03-01 18:20:00'),
  (12, 'user12@example.com', 'Cleo "C" Quote', 'DE', FALSE, '2025-03-01 00:12:00', NULL),
  (13, 'user13@example.com', 'Dvořák', 'FR', TRUE, '2025-03-01 00:13:00', '2025-03-01 21:40:00'),
  (14, 'user14@example.com', '李雷', NULL, TRUE, '2025-03-01 00:14:00', '2025-03-01 20:00:00'),
  (15, 'user15@example.com', '', 'DE', TRUE, '2025-03-01 00:15:00', '2025-03-01 20:00:00.25'),
  (16, 'user16@example.com', NULL, 'FR', FALSE, '2025-03-01 00:16:00', '2025-03-02 02:40:00'),
  (17, 'user17@example.com', 'Renée 🦊', NULL, TRUE, '2025-03-01 00:17:00', '2025-03-02 04:20:00'),
  (18, 'user18@example.com', 'back\slash', 'DE', TRUE, '2025-03-01 00:18:00', '2025-03-02 06:00:00'),
  (19, 'user19@example.com', 'tab	and
line', 'FR', TRUE, '2025-03-01 00:19:00', '2025-03-02 07:40:00'),
  (20, 'user20@example.com', 'Ada', NULL, FALSE, '2025-03-01 00:20:00', '2025-03-02 09:20:00.25');

CREATE TABLE "orders" (
  "id" bigint NOT NULL,
  "customer_id" bigint NOT NULL,
  "total" numeric(12, 2) NOT NULL,
  "status" varchar(40) NOT NULL,
  "note" text,
  "placed_at" timestamp with time zone NOT NULL,
  "updated_at" timestamp with time zone NOT NULL,
  PRIMARY KEY ("id")
);
INSERT INTO "orders" VALUES
  (1007, 2, '19.37', 'paid', NULL, '2025-03-01 00:05:00', '2025-03-01 01:40:00'),
  (1014, 3, '39.74', 'sent', NULL, '2025-03-01 00:10:00', '2025-03-01 03:20:00'),
  (1021, 4, '59.11', 'open', NULL, '2025-03-01 00:15:00', '2025-03-01 05:00:00'),
  (1028, 5, '79.48', 'paid', 'gift; ''4'' --', '2025-03-01 00:20:00', '2025-03-01 06:40:00'),
  (1004, 6, '99.85', 'sent', NULL, '2025-03-01 00:25:00', '2025-03-01 08:20:00'),
  (1011, 7, '119.22', 'open', NULL, '2025-03-01 00:30:00', '2025-03-01 10:00:00'),
  (1018, 8, '139.59', 'paid', NULL, '2025-03-01 00:35:00', '2025-03-01 11:40:00'),
  (1025, 9, '159.96', 'sent', 'gift; ''8'' --', '2025-03-01 00:40:00', '2025-03-01 11:40:00'),
  (1001, 10, '179.33', 'open', NULL, '2025-03-01 00:45:00', '2025-03-01 11:40:00'),
  (1008, 11, '199.70', 'paid', NULL, '2025-03-01 00:50:00', '2025-03-01 11:40:00'),
  (1015, 12, '219.07', 'sent', NULL, '2025-03-01 00:55:00', '2025-03-01 18:20:00'),
  (1022, 13, '239.44', 'open', 'gift; ''12'' --', '2025-03-01 01:00:00', '2025-03-01 20:00:00'),
  (1029, 14, '259.81', 'paid', NULL, '2025-03-01 01:05:00', '2025-03-01 21:40:00'),
  (1005, 15, '279.18', 'sent', NULL, '2025-03-01 01:10:00', '2025-03-01 20:00:00'),
  (1012, 16, '299.55', 'open', NULL, '2025-03-01 01:15:00', '2025-03-01 20:00:00'),
  (1019, 17, '319.92', 'paid', 'gift; ''16'' --', '2025-03-01 01:20:00', '2025-03-02 02:40:00'),
  (1026, 18, '339.29', 'sent', NULL, '2025-03-01 01:25:00', '2025-03-02 04:20:00'),
  (1002, 19, '359.66', 'open', NULL, '2025-03-01 01:30:00', '2025-03-02 06:00:00'),
  (1009, 20, '379.03', 'paid', NULL, '2025-03-01 01:35:00', '2025-03-02 07:40:00'),
  (1016, 1, '399.40', 'sent', 'gift; ''20'' --', '2025-03-01 01:40:00', '2025-03-02 09:20:00'),
  (1023, 2, '419.77', 'open', NULL, '2025-03-01 01:45:00', '2025-03-02 11:00:00'),
  (1030, 3, '439.14', 'paid', NULL, '2025-03-01 01:50:00', '2025-03-02 12:40:00'),
  (1006, 4, '459.51', 'sent', NULL, '2025-03-01 01:55:00', '2025-03-02 14:20:00'),
  (1013, 5, '479.88', 'open', 'gift; ''24'' --', '2025-03-01 02:00:00', '2025-03-02 16:00:00'),
  (1020, 6, '499.25', 'paid', NULL, '2025-03-01 02:05:00', '2025-03-02 17:40:00');

CREATE TABLE "order_lines" (
  "order_id" bigint NOT NULL,
  "line" integer NOT NULL,
  "sku" varchar(40) NOT NULL,
  "quantity" integer NOT NULL,
  "price" numeric(12, 2) NOT NULL,
  "weight" double precision,
  PRIMARY KEY ("order_id", "line")
);
INSERT INTO "order_lines" VALUES
  (1007, 1, 'sku-0', 2, '1.50', 0.3333333333333333),
  (1007, 2, 'sku-1', 3, '2.50', NULL),
  (1007, 3, 'sku-2', 4, '3.50', 1.0),
  (1014, 1, 'sku-7', 2, '1.50', 0.3333333333333333),
  (1014, 2, 'sku-8', 3, '2.50', NULL),
  (1021, 1, 'sku-5', 2, '1.50', 0.3333333333333333),
  (1011, 1, 'sku-4', 2, '1.50', 0.3333333333333333),
  (1011, 2, 'sku-5', 3, '2.50', NULL),
  (1011, 3, 'sku-6', 4, '3.50', 1.0),
  (1018, 1, 'sku-2', 2, '1.50', 0.3333333333333333),
  (1018, 2, 'sku-3', 3, '2.50', NULL),
  (1025, 1, 'sku-0', 2, '1.50', 0.3333333333333333),
  (1001, 1, 'sku-3', 2, '1.50', 0.3333333333333333),
  (1015, 1, 'sku-8', 2, '1.50', 0.3333333333333333),
  (1015, 2, 'sku-0', 3, '2.50', NULL),
  (1015, 3, 'sku-1', 4, '3.50', 1.0),
  (1022, 1, 'sku-6', 2, '1.50', 0.3333333333333333),
  (1022, 2, 'sku-7', 3, '2.50', NULL);

CREATE TABLE "events" (
  "id" uuid NOT NULL,
  "kind" varchar(40) NOT NULL,
  "happened_on" date NOT NULL,
  "details" jsonb,
  PRIMARY KEY ("id")
);
INSERT INTO "events" VALUES
  ('4f6efe50-8a2e-3670-967d-df638961d374', 'view', '2025-03-01', '{"n": 1, "text": "a\"b"}'),
  ('510c7720-1f4d-b123-c66b-237a6e6429d1', 'click', '2025-03-01', '{"n": 2, "text": "a\"b"}'),
  ('1c099ab6-4f6d-bfe0-e7c3-cef7e1f933e3', 'view', '2025-03-02', '{"n": 3, "text": "a\"b"}'),
  ('e98507d8-d830-dfc3-eedc-0877f1ffea21', 'click', '2025-03-02', '{"n": 4, "text": "a\"b"}'),
  ('47e15948-2bad-f822-8902-e66f517357a3', 'view', '2025-03-02', NULL),
  ('6ce49f95-214c-c9fc-b298-0414fb7d4896', 'click', '2025-03-03', '{"n": 6, "text": "a\"b"}'),
  ('af998ce6-9226-e769-0e19-53bac7485deb', 'view', '2025-03-03', '{"n": 7, "text": "a\"b"}'),
  ('202f6f03-b4ca-aed0-02dc-cd5c10a608e3', 'click', '2025-03-03', '{"n": 8, "text": "a\"b"}'),
  ('6ae9dc51-a3da-9071-3853-22910095a729', 'view', '2025-03-04', '{"n": 9, "text": "a\"b"}'),
  ('54827acc-845e-3d33-3a3a-bca1fd97abf1', 'click', '2025-03-04', NULL),
  ('30d0503f-de26-27cd-e72f-6916cc99117c', 'view', '2025-03-04', '{"n": 11, "text": "a\"b"}'),
  ('e92f4cdb-0883-0a83-b088-aee8110cf19a', 'click', '2025-03-05', '{"n": 12, "text": "a\"b"}'),
  ('a705f35d-dbfb-d4b3-d7e7-2cf2c1a0b6be', 'view', '2025-03-05', '{"n": 13, "text": "a\"b"}'),
  ('8188f715-1e9e-6842-2b03-30c2082e9e32', 'click', '2025-03-05', '{"n": 14, "text": "a\"b"}'),
  ('68461e11-c82d-8bbe-460e-7d4000573255', 'view', '2025-03-06', NULL),
  ('e088c082-5133-c235-5206-11d856c94390', 'click', '2025-03-06', '{"n": 16, "text": "a\"b"}'),
  ('c0296b50-a4b2-0658-069b-ef6157f154aa', 'view', '2025-03-06', '{"n": 17, "text": "a\"b"}'),
  ('3c849881-3459-1340-1e01-2b1d2b4a4fe4', 'click', '2025-03-07', '{"n": 18, "text": "a\"b"}'),
  ('5362ea90-88a8-b261-e99b-0e5507235ce9', 'view', '2025-03-07', '{"n": 19, "text": "a\"b"}'),
  ('426ba905-7c55-98f3-c261-fad04d7652c1', 'click', '2025-03-07', NULL),
  ('3d3db937-04de-501a-3e2e-e7f0baa2cf28', 'view', '2025-03-08', '{"n": 21, "text": "a\"b"}'),
  ('a5c1c9c2-85c3-f392-ec35-f1c549c84e4f', 'click', '2025-03-08', '{"n": 22, "text": "a\"b"}'),
  ('90f29e55-1233-9cad-1354-f0807f1aa0e0', 'view', '2025-03-08', '{"n": 23, "text": "a\"b"}'),
  ('f457f181-f089-22c1-b39d-422b459acad9', 'click', '2025-03-09', '{"n": 24, "text": "a\"b"}');

CREATE TABLE "stock" (
  "sku" varchar(40) NOT NULL,
  "warehouse" integer NOT NULL,
  "amount" bigint NOT NULL,
  "version" bigint NOT NULL,
  PRIMARY KEY ("sku", "warehouse")
);
INSERT INTO "stock" VALUES
  ('sku-0', 1, 9007199254740993, 500),
  ('sku-1', 1, 9007200254741000, 500),
  ('sku-2', 1, 9007201254741007, 502),
  ('sku-3', 1, 9007202254741014, 502),
  ('sku-4', 1, 9007203254741021, 504),
  ('sku-5', 1, 9007204254741028, 504),
  ('sku-6', 1, 9007205254741035, 506),
  ('sku-7', 1, 9007206254741042, 506),
  ('sku-8', 1, 9007207254741049, 508),
  ('sku-0', 2, 9007208254741056, 508),
  ('sku-1', 2, 9007209254741063, 510),
  ('sku-2', 2, 9007210254741070, 510),
  ('sku-3', 2, 9007211254741077, 512),
  ('sku-4', 2, 9007212254741084, 512),
  ('sku-5', 2, 9007213254741091, 514),
  ('sku-6', 2, 9007214254741098, 514),
  ('sku-7', 2, 9007215254741105, 516),
  ('sku-8', 2, 9007216254741112, 516);

CREATE TABLE "visits" (
  "page" text NOT NULL,
  "seen_at" timestamp with time zone NOT NULL,
  "referrer" text
);
INSERT INTO "visits" VALUES
  ('/p/0', '2025-03-01 00:00:00', 'https://example.com/?q=a''b'),
  ('/p/1', '2025-03-01 00:00:00', NULL),
  ('/p/2', '2025-03-01 00:01:00', 'https://example.com/?q=a''b'),
  ('/p/3', '2025-03-01 00:01:00', NULL),
  ('/p/4', '2025-03-01 00:02:00', 'https://example.com/?q=a''b'),
  ('/p/0', '2025-03-01 00:02:00', NULL),
  ('/p/1', '2025-03-01 00:03:00', 'https://example.com/?q=a''b'),
  ('/p/2', '2025-03-01 00:03:00', NULL),
  ('/p/3', '2025-03-01 00:04:00', 'https://example.com/?q=a''b'),
  ('/p/4', '2025-03-01 00:04:00', NULL),
  ('/p/0', '2025-03-01 00:05:00', 'https://example.com/?q=a''b'),
  ('/p/1', '2025-03-01 00:05:00', NULL),
  ('/p/2', '2025-03-01 00:06:00', 'https://example.com/?q=a''b'),
  ('/p/3', '2025-03-01 00:06:00', NULL),
  ('/p/4', '2025-03-01 00:07:00', 'https://example.com/?q=a''b'),
  ('/p/1', '2025-03-01 00:03:00', NULL),
  ('/p/1', '2025-03-01 00:03:00', NULL);

CREATE TABLE "Group ""by""" (
  "id" bigint NOT NULL,
  "select" text NOT NULL,
  "my.column" text,
  "Größe in mm" integer,
  PRIMARY KEY ("id")
);
INSERT INTO "Group ""by""" VALUES
  (1, 'value 1', 'x', 3),
  (2, 'value 2', NULL, 6),
  (3, 'value 3', 'x', 9),
  (4, 'value 4', 'x', 12),
  (5, 'value 5', 'x', 15);

CREATE TABLE "attachments" (
  "id" bigint NOT NULL,
  "name" text NOT NULL,
  "content" bytea,
  PRIMARY KEY ("id")
);
INSERT INTO "attachments" VALUES
  (1, 'empty', '\x'),
  (2, 'none', NULL),
  (3, 'zeros', '\x0000000000'),
  (4, 'all', '\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff');

CREATE VIEW "open_orders" AS SELECT id, customer_id, total, placed_at FROM orders WHERE status = 'open';
GRANT USAGE ON SCHEMA public TO tributary_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO tributary_reader;
