"""Objects of a Stripe account, with the complete field sets of the published reference for API 2025-09-30.clover.

Values are drawn from a seeded generator. Names are companies that do not exist, addresses use example domains,
card numbers end in the published test digits.
"""

import random

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
DAY = 86_400
COMPANIES = [
    "Harbour Lane Books", "Café Lumière", "Bäckerei Süd", "東京文具店", "Ωmega Instruments", "Søgaard & Sønner",
    "Łódź Textiles", "O'Brien's Tools", "Crème <Brûlée> Ltd", "Škoda Nová Pekárna", "Zürich Velo", "Mañana Foods",
    "\"Quoted\" Goods", "Ivory & Ash", "Пекарня №7", "Çelik Çay", "Nordlys AS", "Tilde ~ Tide", "Back\\slash Works",
    "Emoji 🚀 Labs", "محل القهوة", "Plain Supplies", "Tab\tStop Studio", "Acme Rockets",
]
PLACES = [
    ("Berlin", "DE", "Torstraße 12", "10119", None), ("Lyon", "FR", "8 rue de la République", "69001", None),
    ("San Francisco", "US", "510 Townsend St", "94103", "CA"), ("København", "DK", "Nørregade 4", "1165", None),
    ("東京", "JP", "千代田区1-1", "100-0001", "東京都"), ("Toronto", "CA", "1 King St W", "M5H 1A1", "ON"),
]
CARDS = [("visa", "4242", "credit", "US"), ("mastercard", "4444", "debit", "DE"), ("amex", "0005", "credit", "US"),
         ("visa", "5556", "debit", "FR")]


class Objects:
    """Makes objects; every one of them belongs to one account and one seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def id(self, prefix, length=24):
        return f"{prefix}_{''.join(self.random.choices(LETTERS, k=length))}"

    def address(self, country_only=False):
        if country_only:
            return {"city": None, "country": "US", "line1": None, "line2": None, "postal_code": None, "state": None}
        city, country, line1, postal, state = self.random.choice(PLACES)
        return {"city": city, "country": country, "line1": line1, "line2": None, "postal_code": postal,
                "state": state}

    def customer(self, number, created):
        name = COMPANIES[number % len(COMPANIES)]
        currency = self.random.choice(["usd", "eur", "eur", None])
        has_address = self.random.random() < 0.7
        return {
            "id": self.id("cus", 14), "object": "customer",
            "address": self.address() if has_address else None, "balance": 0, "created": created,
            "currency": currency, "customer_account": None, "default_source": None, "delinquent": False,
            "description": None if number % 3 else f"Account {number}: <b>net 30</b> & prepaid",
            "discount": None, "email": f"billing+{number}@customer.example", "invoice_prefix": f"{0xA00000 + number:X}",
            "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None,
                                 "rendering_options": None},
            "livemode": False, "metadata": {"crm_id": str(9_007_199_254_740_993 + number)} if number % 5 == 0 else {},
            "name": name if number < len(COMPANIES) else f"{name} {number}",
            "next_invoice_sequence": 1, "phone": f"+1555555{100 + number % 100:04}" if number % 4 == 0 else None,
            "preferred_locales": ["de", "en"] if number % 6 == 0 else [],
            "shipping": {"address": self.address(), "name": name, "phone": None} if number % 7 == 0 else None,
            "tax_exempt": "none", "test_clock": None,
        }

    def product(self, name, created, **changes):
        return {
            "id": self.id("prod", 14), "object": "product", "active": True, "created": created,
            "default_price": None, "description": None, "images": [], "livemode": False, "marketing_features": [],
            "metadata": {}, "name": name, "package_dimensions": None, "shippable": None, "statement_descriptor": None,
            "tax_code": None, "type": "service", "unit_label": None, "updated": created, "url": None,
        } | changes

    def price(self, product, amount, currency, created, interval="month"):
        recurring = {"interval": interval, "interval_count": 1, "meter": None, "trial_period_days": None,
                     "usage_type": "licensed"}
        return {
            "id": self.id("price"), "object": "price", "active": True, "billing_scheme": "per_unit",
            "created": created, "currency": currency, "custom_unit_amount": None, "livemode": False,
            "lookup_key": None, "metadata": {}, "nickname": None, "product": product["id"],
            "recurring": recurring if interval else None, "tax_behavior": "unspecified", "tiers_mode": None,
            "transform_quantity": None, "type": "recurring" if interval else "one_time", "unit_amount": amount,
            "unit_amount_decimal": f"{amount}" if amount % 7 else f"{amount}.5",
        }

    def coupon(self, name, created, percent=None, amount=None):
        return {
            "id": "".join(self.random.choices(LETTERS, k=8)), "object": "coupon", "amount_off": amount,
            "created": created, "currency": "usd" if amount else None, "duration": "once",
            "duration_in_months": None, "livemode": False, "max_redemptions": None, "metadata": {}, "name": name,
            "percent_off": percent, "redeem_by": None, "times_redeemed": 0, "valid": True,
        }

    def card_details(self):
        brand, last4, funding, country = self.random.choice(CARDS)
        return {"brand": brand, "last4": last4, "funding": funding, "country": country,
                "exp_month": self.random.randint(1, 12), "exp_year": 2030,
                "fingerprint": "".join(self.random.choices(LETTERS, k=16))}

    def payment_method(self, customer, created):
        card = self.card_details()
        return {
            "id": self.id("pm"), "object": "payment_method", "allow_redisplay": "unspecified",
            "billing_details": {"address": customer["address"] or self.address(country_only=True),
                                "email": customer["email"], "name": customer["name"], "phone": None, "tax_id": None},
            "card": card | {
                "checks": {"address_line1_check": None, "address_postal_code_check": "pass", "cvc_check": "pass"},
                "display_brand": card["brand"], "generated_from": None,
                "networks": {"available": [card["brand"]], "preferred": None}, "regulated_status": "unregulated",
                "three_d_secure_usage": {"supported": True}, "wallet": None},
            "created": created, "customer": customer["id"], "customer_account": None, "livemode": False,
            "metadata": {}, "type": "card",
        }

    def payment_intent(self, customer, amount, currency, created, status="succeeded", charge=None, description=None):
        is_paid = status == "succeeded"
        return {
            "id": self.id("pi"), "object": "payment_intent", "amount": amount, "amount_capturable": 0,
            "amount_details": {"tip": {}}, "amount_received": amount if is_paid else 0, "application": None,
            "application_fee_amount": None, "automatic_payment_methods": None,
            "canceled_at": created + 60 if status == "canceled" else None,
            "cancellation_reason": "abandoned" if status == "canceled" else None,
            "capture_method": "automatic_async", "client_secret": None, "confirmation_method": "automatic",
            "created": created, "currency": currency, "customer": customer["id"], "customer_account": None,
            "description": description, "excluded_payment_method_types": None, "last_payment_error": None,
            "latest_charge": charge, "livemode": False, "metadata": {}, "next_action": None, "on_behalf_of": None,
            "payment_method": None, "payment_method_configuration_details": None,
            "payment_method_options": {"card": {"installments": None, "mandate_options": None, "network": None,
                                                "request_three_d_secure": "automatic"}},
            "payment_method_types": ["card"], "processing": None, "receipt_email": None, "review": None,
            "setup_future_usage": None, "shipping": None, "source": None, "statement_descriptor": None,
            "statement_descriptor_suffix": None, "status": status, "transfer_data": None, "transfer_group": None,
        }

    def charge(self, customer, intent, transaction, created, has_failed=False):
        card = self.card_details()
        id = self.id("ch")
        outcome = {"advice_code": None, "network_advice_code": None, "network_decline_code": None,
                   "network_status": "approved_by_network", "reason": None, "risk_level": "normal",
                   "risk_score": self.random.randint(1, 60), "seller_message": "Payment complete.",
                   "type": "authorized"}
        if has_failed:
            outcome |= {"advice_code": "try_again_later", "network_decline_code": "51",
                        "network_status": "declined_by_network", "reason": "insufficient_funds",
                        "seller_message": "The bank returned the decline code `insufficient_funds`.",
                        "type": "issuer_declined"}
        return {
            "id": id, "object": "charge", "amount": intent["amount"],
            "amount_captured": 0 if has_failed else intent["amount"], "amount_refunded": 0, "application": None,
            "application_fee": None, "application_fee_amount": None, "balance_transaction": transaction,
            "billing_details": {"address": customer["address"] or self.address(country_only=True),
                                "email": customer["email"], "name": customer["name"], "phone": None, "tax_id": None},
            "calculated_statement_descriptor": "TRIBUTARY DEMO", "captured": not has_failed, "created": created,
            "currency": intent["currency"], "customer": customer["id"], "description": intent["description"],
            "disputed": False, "failure_balance_transaction": None,
            "failure_code": "card_declined" if has_failed else None,
            "failure_message": "Your card has insufficient funds." if has_failed else None, "fraud_details": {},
            "livemode": False, "metadata": {"order": f"№ {created % 10_000}"} if created % 3 == 0 else {},
            "on_behalf_of": None, "outcome": outcome, "paid": not has_failed, "payment_intent": intent["id"],
            "payment_method": self.id("pm"),
            "payment_method_details": {"card": card | {
                "amount_authorized": None if has_failed else intent["amount"], "authorization_code": None,
                "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
                "extended_authorization": {"status": "disabled"}, "incremental_authorization": {"status": "unavailable"},
                "installments": None, "mandate": None, "multicapture": {"status": "unavailable"},
                "network": card["brand"], "network_token": {"used": False}, "network_transaction_id": None,
                "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
                "regulated_status": "unregulated", "three_d_secure": None, "wallet": None}, "type": "card"},
            "receipt_email": None, "receipt_number": None,
            "receipt_url": None if has_failed else f"https://pay.stripe.com/receipts/{id}", "refunded": False,
            "review": None, "shipping": None, "source": None, "source_transfer": None, "statement_descriptor": None,
            "statement_descriptor_suffix": None, "status": "failed" if has_failed else "succeeded",
            "transfer_data": None, "transfer_group": None,
        }

    def transaction(self, source, kind, amount, currency, created, now, fee=None):
        fee = (round(amount * 0.029) + 30 if kind == "charge" else 0) if fee is None else fee
        detail = {"amount": fee, "application": None, "currency": currency, "description": "Stripe processing fees",
                  "type": "stripe_fee"}
        available = created - created % DAY + 2 * DAY
        return {
            "id": self.id("txn"), "object": "balance_transaction", "amount": amount, "available_on": available,
            "balance_type": "payments", "created": created, "currency": currency, "description": None,
            "exchange_rate": None, "fee": fee, "fee_details": [detail] if fee else [], "net": amount - fee,
            "reporting_category": kind, "source": source, "status": "available" if available <= now else "pending",
            "type": kind,
        }

    def refund(self, charge, transaction, amount, created):
        return {
            "id": self.id("re"), "object": "refund", "amount": amount, "balance_transaction": transaction,
            "charge": charge["id"], "created": created, "currency": charge["currency"],
            "destination_details": {"card": {"reference": None, "reference_status": "pending",
                                             "reference_type": "acquirer_reference_number", "type": "refund"},
                                    "type": "card"},
            "metadata": {}, "payment_intent": charge["payment_intent"], "reason": "requested_by_customer",
            "receipt_number": None, "source_transfer_reversal": None, "status": "succeeded",
            "transfer_reversal": None,
        }

    def dispute(self, charge, created):
        evidence = ["access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
                    "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
                    "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation",
                    "duplicate_charge_explanation", "duplicate_charge_id", "product_description", "receipt",
                    "refund_policy", "refund_policy_disclosure", "refund_refusal_explanation", "service_date",
                    "service_documentation", "shipping_address", "shipping_carrier", "shipping_date",
                    "shipping_documentation", "shipping_tracking_number", "uncategorized_file", "uncategorized_text"]
        return {
            "id": self.id("du"), "object": "dispute", "amount": charge["amount"], "balance_transactions": [],
            "charge": charge["id"], "created": created, "currency": charge["currency"],
            "enhanced_eligibility_types": [], "evidence": dict.fromkeys(evidence) | {"enhanced_evidence": {}},
            "evidence_details": {"due_by": created + 10 * DAY, "enhanced_eligibility": {}, "has_evidence": False,
                                 "past_due": False, "submission_count": 0},
            "is_charge_refundable": False, "livemode": False, "metadata": {},
            "payment_intent": charge["payment_intent"],
            "payment_method_details": {"card": {"brand": "visa", "case_type": "chargeback",
                                                "network_reason_code": "10.4"}, "type": "card"},
            "reason": "fraudulent", "status": "needs_response",
        }

    def payout(self, amount, currency, created, now):
        arrival = created - created % DAY + 2 * DAY
        return {
            "id": self.id("po"), "object": "payout", "amount": amount, "application_fee": None,
            "application_fee_amount": None, "arrival_date": arrival, "automatic": True,
            "balance_transaction": self.id("txn"), "created": created, "currency": currency,
            "description": "STRIPE PAYOUT", "destination": self.id("ba"), "failure_balance_transaction": None,
            "failure_code": None, "failure_message": None, "livemode": False, "metadata": {}, "method": "standard",
            "original_payout": None, "payout_method": None, "reconciliation_status": "completed",
            "reversed_by": None, "source_type": "card", "statement_descriptor": None,
            "status": "paid" if arrival <= now else "in_transit", "trace_id": None, "type": "bank_account",
        }

    def subscription(self, customer, price, created, status="active", quantity=1):
        id = self.id("sub")
        item = {
            "id": self.id("si", 14), "object": "subscription_item", "billing_thresholds": None, "created": created,
            "current_period_end": created + 30 * DAY, "current_period_start": created, "discounts": [],
            "metadata": {}, "price": price, "quantity": quantity, "subscription": id, "tax_rates": [],
        }
        is_canceled = status == "canceled"
        return {
            "id": id, "object": "subscription", "application": None, "application_fee_percent": None,
            "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
            "billing_cycle_anchor": created, "billing_cycle_anchor_config": None,
            "billing_mode": {"flexible": None, "type": "classic"}, "billing_thresholds": None, "cancel_at": None,
            "cancel_at_period_end": False, "canceled_at": created + 40 * DAY if is_canceled else None,
            "cancellation_details": {"comment": None, "feedback": "too_expensive" if is_canceled else None,
                                     "reason": "cancellation_requested" if is_canceled else None},
            "collection_method": "charge_automatically", "created": created, "currency": price["currency"],
            "customer": customer["id"], "customer_account": None, "days_until_due": None,
            "default_payment_method": None, "default_source": None, "default_tax_rates": [], "description": None,
            "discounts": [], "ended_at": created + 40 * DAY if is_canceled else None,
            "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
            "items": {"object": "list", "data": [item], "has_more": False, "total_count": 1,
                      "url": f"/v1/subscription_items?subscription={id}"},
            "latest_invoice": None, "livemode": False, "metadata": {}, "next_pending_invoice_item_invoice": None,
            "on_behalf_of": None, "pause_collection": None,
            "payment_settings": {"payment_method_options": None, "payment_method_types": None,
                                 "save_default_payment_method": "off"},
            "pending_invoice_item_interval": None, "pending_setup_intent": None, "pending_update": None,
            "schedule": None, "start_date": created, "status": status, "test_clock": None, "transfer_data": None,
            "trial_end": None, "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
            "trial_start": None,
        }

    def line(self, invoice_id, subscription, price, quantity, created):
        amount = price["unit_amount"] * quantity
        return {
            "id": self.id("il"), "object": "line_item", "amount": amount, "currency": price["currency"],
            "description": f"{quantity} × Plan (at {price['unit_amount'] / 100:.2f} / month)", "discount_amounts": [],
            "discountable": True, "discounts": [], "invoice": invoice_id, "livemode": False, "metadata": {},
            "parent": {"invoice_item_details": None, "subscription_item_details": {
                "invoice_item": None, "proration": False, "proration_details": {"credited_items": None},
                "subscription": subscription["id"], "subscription_item": subscription["items"]["data"][0]["id"]},
                "type": "subscription_item_details"},
            "period": {"end": created + 30 * DAY, "start": created}, "pretax_credit_amounts": [],
            "pricing": {"price_details": {"price": price["id"], "product": price["product"]}, "type": "price_details",
                        "unit_amount_decimal": price["unit_amount_decimal"]},
            "quantity": quantity, "quantity_decimal": str(quantity), "subscription": subscription["id"],
            "subtotal": amount, "taxes": [],
        }

    def invoice(self, customer, subscription, number, created, status="paid", lines=1):
        """An invoice and all its lines; the object itself shows the first ten, as the API does."""
        id = self.id("in")
        price = subscription["items"]["data"][0]["price"]
        all_lines = [self.line(id, subscription, price, n + 1, created) for n in range(lines)]
        total = sum(line["amount"] for line in all_lines)
        is_paid = status == "paid"
        invoice = {
            "id": id, "object": "invoice", "account_country": "US", "account_name": "Tributary Demo",
            "account_tax_ids": None, "amount_due": total, "amount_overpaid": 0, "amount_paid": total if is_paid else 0,
            "amount_remaining": 0 if is_paid else total, "amount_shipping": 0, "application": None,
            "attempt_count": 1 if is_paid else 0, "attempted": is_paid, "auto_advance": not is_paid,
            "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None, "provider": None,
                              "status": None},
            "automatically_finalizes_at": None, "billing_reason": "subscription_cycle",
            "collection_method": "charge_automatically", "created": created, "currency": price["currency"],
            "custom_fields": None, "customer": customer["id"], "customer_account": None,
            "customer_address": customer["address"], "customer_email": customer["email"],
            "customer_name": customer["name"], "customer_phone": customer["phone"], "customer_shipping": None,
            "customer_tax_exempt": "none", "customer_tax_ids": [], "default_payment_method": None,
            "default_source": None, "default_tax_rates": [], "description": None, "discounts": [], "due_date": None,
            "effective_at": created, "ending_balance": 0 if is_paid else None, "footer": None, "from_invoice": None,
            "hosted_invoice_url": f"https://invoice.stripe.com/i/{id}",
            "invoice_pdf": f"https://pay.stripe.com/invoice/{id}/pdf", "issuer": {"type": "self"},
            "last_finalization_error": None, "latest_revision": None,
            "lines": {"object": "list", "data": all_lines[:10], "has_more": lines > 10, "total_count": lines,
                      "url": f"/v1/invoices/{id}/lines"},
            "livemode": False, "metadata": {}, "next_payment_attempt": None if is_paid else created + 3600,
            "number": f"{customer['invoice_prefix']}-{number:04}", "on_behalf_of": None,
            "parent": {"quote_details": None, "subscription_details": {"metadata": {},
                                                                       "subscription": subscription["id"]},
                       "type": "subscription_details"},
            "payment_settings": {"default_mandate": None, "payment_method_options": None,
                                 "payment_method_types": None},
            "period_end": created, "period_start": created - 30 * DAY, "post_payment_credit_notes_amount": 0,
            "pre_payment_credit_notes_amount": 0, "receipt_number": None, "rendering": None, "shipping_cost": None,
            "shipping_details": None, "starting_balance": 0, "statement_descriptor": None, "status": status,
            "status_transitions": {"finalized_at": created + 3600 if is_paid else None,
                                   "marked_uncollectible_at": None, "paid_at": created + 3605 if is_paid else None,
                                   "voided_at": None},
            "subtotal": total, "subtotal_excluding_tax": total, "test_clock": None, "total": total,
            "total_discount_amounts": [], "total_excluding_tax": total, "total_pretax_credit_amounts": [],
            "total_taxes": [], "webhooks_delivered_at": created,
        }
        return invoice, all_lines

    def invoice_item(self, customer, price, created):
        return {
            "id": self.id("ii"), "object": "invoiceitem", "amount": price["unit_amount"],
            "currency": price["currency"], "customer": customer["id"], "customer_account": None, "date": created,
            "description": "Set-up & training", "discountable": True, "discounts": [], "invoice": None,
            "livemode": False, "metadata": {}, "net_amount": price["unit_amount"], "parent": None,
            "period": {"end": created, "start": created},
            "pricing": {"price_details": {"price": price["id"], "product": price["product"]},
                        "type": "price_details", "unit_amount_decimal": price["unit_amount_decimal"]},
            "proration": False, "quantity": 1, "quantity_decimal": "1", "tax_rates": [], "test_clock": None,
        }

    def customer_transaction(self, customer, amount, ending, created):
        return {
            "id": self.id("cbtxn"), "object": "customer_balance_transaction", "amount": amount,
            "checkout_session": None, "created": created, "credit_note": None, "currency": "usd",
            "customer": customer["id"], "customer_account": None, "description": None, "ending_balance": ending,
            "invoice": None, "livemode": False, "metadata": {}, "type": "adjustment",
        }
