INSERT INTO "customers" VALUES
  (21, 'user21@example.com', 'New', 'IT', 1, '2025-03-06 00:00:00', '2025-03-06 00:00:00');
UPDATE "customers" SET "name" = 'Renamed', "updated_at" = '2025-03-06 00:01:00' WHERE "id" = 5;
UPDATE "customers" SET "updated_at" = '2025-03-06 00:02:00' WHERE "id" = 3;
INSERT INTO "orders" VALUES
  (2001, 5, '12.00', 'open', NULL, '2025-03-06 00:00:00', '2025-03-06 00:00:00');
INSERT INTO "orders" VALUES
  (2002, 6, '13.00', 'paid', 'same moment', '2025-03-06 00:00:00', '2025-03-06 00:00:00');
INSERT INTO "orders" VALUES
  (1999, 7, '14.00', 'paid', 'committed late', '2025-03-01 11:30:00', '2025-03-01 11:30:00');
UPDATE "orders" SET "status" = 'sent', "updated_at" = '2025-03-06 00:00:00' WHERE "id" = 1007;
DELETE FROM "orders" WHERE "id" = 1014;
INSERT INTO "order_lines" VALUES
  (2001, 1, 'sku-1', 2, '6.00', 0.5);
DELETE FROM "order_lines" WHERE "order_id" = 1007 AND "line" = 1;
INSERT INTO "events" VALUES
  ('2ec61d4f-6863-2cc4-befc-0542c4147c67', 'click', '2025-03-09', NULL);
INSERT INTO "events" VALUES
  ('b83a5b2d-7cc5-8e17-c3dc-db734e8b94ad', 'view', '2025-03-10', '{}');
UPDATE "stock" SET "amount" = 7, "version" = 600 WHERE "sku" = 'sku-3' AND "warehouse" = 1;
INSERT INTO "stock" VALUES
  ('sku-9', 3, 1, 601);
INSERT INTO "visits" VALUES
  ('/p/new', '2025-03-06 00:00:00', NULL);
INSERT INTO "attachments" VALUES
  (5, 'more', X'fffe');
