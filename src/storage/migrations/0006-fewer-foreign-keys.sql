-- These rows lead to their tenant by another foreign key already (or are made by a trigger from rows that do); checking the
-- tenant's own row as well costs a look-up and a row lock for each, on every message.
do $$
declare t text;
begin
  foreach t in array array['contact_identity','user_session','conversation','support_case','message','turn','handoff','ledger_unsealed'] loop
    execute format('alter table %I drop constraint %I', t, t || '_tenant_id_fkey');
  end loop;
end $$;

-- What a turn works on up to message `p_until` (null: all it has claimed). Volatile, so that it sees what `begin_turn` has
-- done in the same statement. Planned once: left to itself, PostgreSQL plans it anew at every call, which costs twice the
-- reading.
create function turn_context(p_tenant text, p_conversation text, p_turn text, p_until bigint)
returns table (case_id text, until_seq bigint, contact json, focus jsonb, claimed json, recent json, placeholders json, questions json) language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  return query select t.case_id, u.until_seq,
      (select row_to_json(x) from (select c.id, c.name, c.email, c.external_id,
         exists (select from contact_identity i where i.tenant_id = p_tenant and i.contact_id = c.id and i.is_verified) as is_verified
         from conversation v join contact c on c.tenant_id = v.tenant_id and c.id = v.contact_id where v.tenant_id = p_tenant and v.id = p_conversation) x) as contact,
      (select s.focus from support_case s where s.tenant_id = p_tenant and s.id = t.case_id) as focus,
      (select json_agg(row_to_json(x) order by x.seq) from (select m.id, m.seq, m.body, m.channel, m.created_at from inbox i join message m on m.tenant_id = i.tenant_id and m.id = i.message_id
         where i.tenant_id = p_tenant and i.turn_id = p_turn and m.seq <= u.until_seq) x) as claimed,
      (select json_agg(row_to_json(x) order by x.seq) from (select m.id, m.seq, m.author, left(m.body, 2000) as body from message m
         where m.tenant_id = p_tenant and m.conversation_id = p_conversation and m.seq <= u.until_seq order by m.seq desc limit 16) x where true) as recent,
      (select json_agg(json_build_object('token', p.token, 'kind', p.kind, 'value', p.value)) from placeholder p where p.tenant_id = p_tenant and p.case_id = t.case_id) as placeholders,
      (select json_agg(row_to_json(x)) from (select q.id, q.run_id, q.workflow, q.external_id, q.expects from workflow_question q join message m on m.tenant_id = q.tenant_id and m.id = q.message_id
         where q.tenant_id = p_tenant and q.conversation_id = p_conversation and q.status = 'waiting' and m.case_id is not distinct from t.case_id order by q.asked_at desc, q.id desc limit 10) x) as questions
    from turn t cross join lateral (select coalesce(p_until, t.until_seq) as until_seq) u where t.tenant_id = p_tenant and t.id = p_turn;
end $$;
