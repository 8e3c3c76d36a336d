-- Which workflow and which of its tasks a message is from. Both null: sent before this was kept; `pointer` null: at the run's end.
alter table workflow_message add column workflow text, add column pointer text;
