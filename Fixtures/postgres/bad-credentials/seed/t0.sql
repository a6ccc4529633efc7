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
