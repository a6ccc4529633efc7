CREATE TABLE `orders` (
  `id` bigint NOT NULL,
  `customer_id` bigint NOT NULL,
  `total` decimal(12, 2) NOT NULL,
  `status` varchar(40) NOT NULL,
  `note` varchar(400),
  `placed_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`)
);
