--- :Hotlens
local client_of = require('hotlens.client')
local config = require('hotlens.config')
local say = require('hotlens.say')

local M = {}

local function current_function()
  local bufnr = vim.api.nvim_get_current_buf()
  local marks = require('hotlens.marks')
  local row = marks.function_at(bufnr, vim.api.nvim_win_get_cursor(0)[1] - 1)
  local answer = marks.answer(bufnr)
  return row and answer and { ['function'] = row.name, file = answer.file } or nil
end

--- What is written to a file is what runs.
---@param bufnr integer
function M.save(bufnr)
  if vim.bo[bufnr].modified and vim.bo[bufnr].buftype == '' and vim.api.nvim_buf_get_name(bufnr) ~= '' then
    vim.api.nvim_buf_call(bufnr, function()
      vim.cmd('silent update')
    end)
  end
end

--- `:Hotlens!` takes the other place to run in.
local function begin(bang)
  if bang then
    require('hotlens.terminal').once = config.values.record == 'terminal' and 'background' or 'terminal'
  end
  M.save(vim.api.nvim_get_current_buf())
end

local function profile(name, arguments, bang)
  if client_of.require() then
    begin(bang)
    client_of.execute(name, arguments)
  end
end

local function function_names()
  local answer = require('hotlens.marks').answer(vim.api.nvim_get_current_buf())
  return vim.tbl_map(function(row)
    return row.name
  end, answer and answer.functions or {})
end

local function pids()
  local client = client_of.find()
  local answer = client and client_of.ask(client, 'hotlens/processes', {}, 1000)
  return vim.tbl_map(function(process)
    return tostring(process.pid)
  end, answer and answer.processes or {})
end

---@class hotlens.Subcommand
---@field run fun(words: string[], bang: boolean)
---@field complete (fun(lead: string): string[])?
---@type table<string, hotlens.Subcommand>
local commands = {}

commands.profile = {
  run = function(words, bang)
    local name = vim.api.nvim_buf_get_name(0)
    if name == '' or vim.bo.buftype ~= '' then
      return say.error('this buffer has no file: save it first')
    end
    profile('profileFile', { uri = vim.uri_from_bufnr(0), args = #words > 0 and words or nil }, bang)
  end,
  complete = function(lead)
    return vim.fn.getcompletion(lead, 'file')
  end,
}
commands.module = {
  run = function(words, bang)
    local rest = vim.list_slice(words, 2)
    profile('profileModule', { module = words[1], args = #rest > 0 and rest or nil }, bang)
  end,
}
commands.command = {
  run = function(words, bang)
    profile('profileCommand', { command = #words > 0 and words or nil }, bang)
  end,
  complete = function(lead)
    return vim.fn.getcompletion(lead, 'shellcmd')
  end,
}
commands.again = {
  run = function(words, bang)
    local rate = tonumber(words[1])
    if words[1] and not rate then
      return say.error(('again: samples per second are expected, not "%s"'):format(words[1]))
    end
    profile('profileAgain', { rate = rate }, bang)
  end,
}
commands.attach = {
  run = function(words)
    local pid = tonumber(words[1])
    if words[1] and not pid then
      say.error(('attach: the number of a process is expected, not "%s"'):format(words[1]))
    elseif pid then
      client_of.execute('attach', { pid = pid })
    else
      require('hotlens.pick').processes('Record which process?', function(chosen)
        client_of.execute('attach', { pid = chosen })
      end)
    end
  end,
  complete = pids,
}
commands.stop = {
  run = function()
    local status = require('hotlens.status')
    if next(status.recordings) ~= nil then
      client_of.execute('stop')
    elseif require('hotlens.terminal').stop() == 0 then
      say.info('nothing is being recorded')
    end
  end,
}
commands.load = {
  run = function(words)
    local path = words[1] and vim.fn.fnamemodify(table.concat(words, ' '), ':p') or nil
    client_of.execute('load', { path = path })
  end,
  complete = function(lead)
    return vim.fn.getcompletion(lead, 'file')
  end,
}
commands.runs = {
  run = function(words)
    require('hotlens.pick').runs(table.concat(words, ' '))
  end,
}
commands.delete = {
  run = function(words)
    client_of.execute('deleteRun', { run = tonumber(words[1]) or words[1] })
  end,
}
commands.flame = {
  run = function(words)
    require('hotlens.flame').open({ run = tonumber(words[1]) or words[1] })
  end,
}
commands.callers = {
  run = function(words)
    local pivot = words[1] and { ['function'] = words[1] } or current_function()
    if not pivot then
      return say.info('the cursor is in no function with time')
    end
    require('hotlens.flame').open({ pivot = pivot })
  end,
  complete = function_names,
}
commands.top = {
  run = function(words, bang)
    local top = require('hotlens.top')
    local pid = tonumber(words[1])
    if words[1] and not pid then
      say.error(('top: the number of a process is expected, not "%s"'):format(words[1]))
    elseif pid then
      top.process(math.floor(pid))
    elseif bang then
      require('hotlens.pick').processes('Watch which process?', top.process)
    else
      top.open()
    end
  end,
  complete = pids,
}
commands.functions = {
  run = function()
    require('hotlens.pick').functions()
  end,
}
commands.lens = {
  run = function()
    require('hotlens.lens').run()
  end,
}
commands.lines = {
  run = function()
    require('hotlens.pick').lines()
  end,
}
commands.hints = {
  run = function(words)
    local wanted = words[1]
    if wanted and wanted ~= 'on' and wanted ~= 'off' then
      return say.error(('hints: on or off is expected, not "%s"'):format(wanted))
    end
    local on = wanted == 'on' or (not wanted and not config.values.hints)
    config.values.hints, config.values.lenses, config.values.summary = on, on, on
    require('hotlens.marks').redraw()
  end,
  complete = function()
    return { 'on', 'off' }
  end,
}
commands.heat = {
  run = function(words)
    local styles = { 'sign', 'line', 'number', 'off' }
    if not words[1] then
      config.values.heat = config.values.heat == 'off' and 'sign' or 'off'
    elseif vim.tbl_contains(styles, words[1]) then
      config.values.heat = words[1] --[[@as 'sign'|'line'|'number'|'off']]
    else
      return say.error(('heat: %s is expected, not "%s"'):format(table.concat(styles, ', '), words[1]))
    end
    require('hotlens.marks').redraw()
  end,
  complete = function()
    return { 'sign', 'line', 'number', 'off' }
  end,
}
commands.focus = {
  run = function(words)
    local wanted = words[1] and { ['function'] = words[1] } or current_function()
    client_of.execute('focus', wanted)
  end,
  complete = function_names,
}
commands.unfocus = {
  run = function()
    client_of.execute('clearFocus')
  end,
}
commands.export = {
  run = function(words)
    local path = words[2] and vim.fn.fnamemodify(table.concat(words, ' ', 2), ':p') or nil
    client_of.execute('export', { format = words[1], path = path })
  end,
  complete = function()
    return { 'raw', 'collapsed', 'json' }
  end,
}
commands.doctor = {
  run = function()
    client_of.execute('doctor')
  end,
}
commands.output = {
  run = function()
    require('hotlens.output').show()
  end,
}
commands.next = {
  run = function()
    require('hotlens.hot').jump(1)
  end,
}
commands.previous = {
  run = function()
    require('hotlens.hot').jump(-1)
  end,
}
commands.hottest = {
  run = function()
    require('hotlens.hot').hottest()
  end,
}
commands.restart = {
  run = function()
    client_of.restart()
  end,
}

local function names()
  local list = vim.tbl_keys(commands)
  table.sort(list)
  return list
end

function M.run(arguments)
  local words = arguments.fargs
  local command = commands[words[1] or 'profile']
  if not command then
    return say.error(('no such command: %s. There are: %s'):format(words[1], table.concat(names(), ', ')))
  end
  command.run(vim.list_slice(words, 2), arguments.bang)
end

local function that_begin_with(list, lead)
  return vim.tbl_filter(function(word)
    return vim.startswith(word, lead)
  end, list)
end

function M.complete(lead, line, position)
  local before = line:sub(1, position)
  local words = vim.split(vim.trim((before:gsub('^.-Hotlens!?%s*', ''))), '%s+', { trimempty = true })
  if #words == 0 or (#words == 1 and lead ~= '') then
    return that_begin_with(names(), lead)
  end
  local command = commands[words[1]]
  return command and command.complete and that_begin_with(command.complete(lead), lead) or {}
end

return M
