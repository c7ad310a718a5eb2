"""What a question's words name here: tables, columns, stored values, ends of an order; and what names nothing."""
