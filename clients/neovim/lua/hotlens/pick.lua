--- Choosing from lists, with vim.ui.select.
local client_of = require('hotlens.client')
local say = require('hotlens.say')

local M = {}

--- Asks the server and offers what it answers.
---@param method string
---@param params table
---@param options {member: string, prompt: string, none: string, format: fun(item: table, result: table): string}
---@param chosen fun(item: table, result: table)
local function pick(method, params, options, chosen)
  local client = client_of.require()
  if not client then
    return
  end
  client_of.request(client, method, params, function(error, result)
    if error then
      return say.error(client_of.reason(error))
    elseif #result[options.member] == 0 then
      return say.info(options.none)
    end
    vim.ui.select(result[options.member], {
      prompt = options.prompt,
      kind = 'hotlens',
      format_item = function(item)
        return options.format(item, result)
      end,
    }, function(item)
      if item then
        chosen(item, result)
      end
    end)
  end)
end

local function number(value)
  return value ~= vim.NIL and value or nil
end

local function run_text(run)
  local parts = { ('%d %s'):format(run.id, run.title), (run.start:gsub('T', ' '):sub(1, 16)) }
  if number(run.label) then
    table.insert(parts, 2, run.label)
  end
  if number(run.elapsed) then
    table.insert(parts, ('%.1f s'):format(run.elapsed))
  end
  table.insert(parts, run.samples .. ' samples')
  if number(run.git.commit) then
    table.insert(parts, run.git.commit:sub(1, 8) .. (run.git.dirty == true and ' with changes' or ''))
  end
  return table.concat(parts, ' · ')
end

local function folder()
  local client = client_of.find()
  return client and client_of.root(client) or nil
end

--- Runs of the workspace; the chosen one is shown.
---@param text string?
function M.runs(text)
  pick('hotlens/runs', { folder = folder(), text = text ~= '' and text or nil }, {
    member = 'runs',
    prompt = 'Show which run?',
    none = 'there are no runs of this workspace yet: :Hotlens profile',
    format = run_text,
  }, function(run)
    client_of.execute('selectRun', { run = run.id })
  end)
end

--- Python processes.
---@param prompt string
---@param chosen fun(pid: integer)
function M.processes(prompt, chosen)
  pick('hotlens/processes', {}, {
    member = 'processes',
    prompt = prompt,
    none = 'no Python process is running',
    format = function(process)
      local command = process.command:gsub('%s+', ' ')
      local room = math.max(vim.o.columns - 20, 20) -- a list of one line each
      if vim.fn.strdisplaywidth(command) > room then
        command = vim.fn.strcharpart(command, 0, room - 1) .. '…'
      end
      local note = process.mayRecord and '' or ' (may not be recorded: another user, or no permission)'
      return ('%d %s%s'):format(process.pid, command, note)
    end,
  }, function(process)
    chosen(process.pid)
  end)
end

--- Functions with the most time of their own; the cursor goes to the chosen one.
function M.functions()
  pick('hotlens/functions', { folder = folder(), limit = 100, texts = true, hideMachinery = true }, {
    member = 'functions',
    prompt = 'Go to which function?',
    none = 'this run has no functions',
    format = function(row)
      local file = vim.fn.fnamemodify(number(row.file) or '', ':t')
      return ('%5s own %5s total  %s (%s)'):format(row.texts.selfShare, row.texts.totalShare, row.name, file)
    end,
  }, function(row)
    require('hotlens.jump').to(row, nil, folder())
  end)
end

--- The hottest lines of the shown run, into the quickfix list.
function M.lines()
  local client = client_of.require()
  if not client then
    return
  end
  client_of.request(client, 'hotlens/lines', { folder = folder(), texts = true }, function(error, result)
    if error then
      return say.error(client_of.reason(error))
    end
    require('hotlens.hot').fill_quickfix(result)
  end)
end

return M
