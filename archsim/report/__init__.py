"""What people read: breakdowns as data, tables for terminals, charts as SVG."""
