-- What an answer out of the cache would have cost; null: not known, or the call was made.
alter table model_use add column saved_micro_usd bigint;

-- What a process held when it ended without a word may have been spent: nobody else gets it, however long ago that is, until the process
-- reports again or somebody releases it. Once its lease is over it is shown as unreported.
create or replace function live_holds(p_holds jsonb) returns jsonb language sql volatile as $$
  select coalesce(jsonb_object_agg(h.key, h.value), '{}') from jsonb_each(p_holds) h where (h.value->>0)::bigint > 0
$$;

create function lapsed_holds(p_holds jsonb) returns jsonb language sql volatile as $$
  select coalesce(jsonb_object_agg(h.key, h.value), '{}') from jsonb_each(p_holds) h where (h.value->>0)::bigint > 0 and (h.value->>1)::bigint <= budget_now()
$$;

create index budget_use_held on budget_use (tenant_id) where holds <> '{}';
