-- The head of an aggregate is written with every commit. Where its page has room for the new version, and the time of its wake-up is the same, no index is touched.
alter table aggregates set (fillfactor = 50);
