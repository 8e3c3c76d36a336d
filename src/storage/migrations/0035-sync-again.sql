-- Who asked for the source once more while this sync ran: what came in behind its list is taken by another one, begun when this one
-- ends. Null: nobody.
alter table source_sync add column again_by text;
