--- Hints, lenses and heat in the code, in our own namespace. The text of a buffer is never changed; marks move
--- with it, and are made anew a moment after the last keystroke.
local client_of = require('hotlens.client')
local config = require('hotlens.config')
local highlight = require('hotlens.highlight')
local lens_of = require('hotlens.lens')
local say = require('hotlens.say')

local M = {}

M.namespace = vim.api.nvim_create_namespace('hotlens')
local HEAT_SIGNS = { '▁', '▂', '▄', '▆', '█' }
local HEAT_FROM = { 0.01, 0.03, 0.10, 0.25, 0.50 }

---@class hotlens.Buffer
---@field client_id integer
---@field timer uv.uv_timer_t
---@field answer table? of hotlens/lines
---@field lenses hotlens.Lens[] of textDocument/codeLens
---@field asked integer? changedtick of the question that is open
---@field again boolean? asked for while the question was open
---@field questions integer how many were asked
---@type table<integer, hotlens.Buffer>
local buffers = {}

---@param share number
---@return integer level 0 is cold
function M.level(share)
  local level = 0
  for index, from in ipairs(HEAT_FROM) do
    level = share >= from and index or level
  end
  return level
end

local function mark(bufnr, line, options)
  options.invalidate = true
  options.undo_restore = false
  options.strict = false
  vim.api.nvim_buf_set_extmark(bufnr, M.namespace, line, 0, options)
end

local function draw_heat(bufnr, line, share)
  local style = config.values.heat
  local level = M.level(share)
  if level == 0 or style == 'off' then
    return
  end
  if style == 'sign' then
    mark(bufnr, line, { sign_text = HEAT_SIGNS[level], sign_hl_group = 'HotlensHeat' .. level, priority = 5 })
  elseif style == 'line' then
    mark(bufnr, line, { line_hl_group = 'HotlensLine' .. level, priority = 5 })
  else
    mark(bufnr, line, { number_hl_group = 'HotlensHeat' .. level, priority = 5 })
  end
end

local function draw_hint(bufnr, line, text)
  mark(bufnr, line, {
    virt_text = { { ' ' .. text, 'HotlensHint' } },
    virt_text_pos = 'eol',
    hl_mode = 'combine',
    priority = 200,
  })
end

---@param bufnr integer
---@param answer table
local function draw_lines(bufnr, answer)
  local last = vim.api.nvim_buf_line_count(bufnr) - 1
  for _, row in ipairs(answer.lines) do
    if row.line <= last then
      draw_heat(bufnr, row.line, row.share)
      if row.text and config.values.hints and answer.hints then
        draw_hint(bufnr, row.line, row.text)
      end
    end
  end
end

---@param bufnr integer
function M.draw(bufnr)
  vim.api.nvim_buf_clear_namespace(bufnr, M.namespace, 0, -1)
  local state = buffers[bufnr]
  if not state then
    return lens_of.forget(bufnr)
  end
  local answer = state.answer
  local is_shown = answer and answer.state == 'shown'
  if answer and is_shown then
    draw_lines(bufnr, answer)
  end
  lens_of.draw(bufnr, M.namespace, state.lenses, answer and is_shown and answer.functions or {})
end

---@param bufnr integer
---@param tick integer
---@param error table?
---@param result table?
---@param lenses hotlens.Lens[]
local function receive(bufnr, tick, error, result, lenses)
  local state = buffers[bufnr]
  if not state or not vim.api.nvim_buf_is_loaded(bufnr) then
    return
  end
  state.asked = nil
  if error or not result then
    say.warn_once(client_of.reason(error or {}))
    return
  end
  if tick ~= vim.api.nvim_buf_get_changedtick(bufnr) then
    M.ask_soon(bufnr) -- of another text
    return
  end
  if result.state ~= 'loading' then -- else hotlens/didChange follows
    state.answer, state.lenses = result, lenses
    M.draw(bufnr)
    require('hotlens.status').update()
  end
end

--- Both questions at once: one picture is made of both answers.
---@param client vim.lsp.Client
---@param bufnr integer
---@param done fun(error: table?, result: table?, lenses: hotlens.Lens[])
local function ask_server(client, bufnr, done)
  local uri = vim.uri_from_bufnr(bufnr)
  local lines_error, lines, lenses
  local function answered()
    if lenses and (lines_error or lines) then
      done(lines_error, lines, lenses)
    end
  end
  client_of.request(client, 'textDocument/codeLens', { textDocument = { uri = uri } }, function(_, result)
    lenses = type(result) == 'table' and result or {}
    answered()
  end, bufnr)
  client_of.request(client, 'hotlens/lines', { uri = uri }, function(error, result)
    lines_error, lines = error, result
    answered()
  end, bufnr)
end

---@param bufnr integer
function M.ask(bufnr)
  local state = buffers[bufnr]
  local client = state and vim.lsp.get_client_by_id(state.client_id)
  if not client or not vim.api.nvim_buf_is_loaded(bufnr) then
    return
  end
  local tick = vim.api.nvim_buf_get_changedtick(bufnr)
  if state.asked == tick then
    state.again = true
    return
  end
  state.asked = tick
  state.questions = state.questions + 1
  ask_server(client, bufnr, function(error, result, lenses)
    if buffers[bufnr] ~= state then
      return -- the buffer has been read again since, and asked about again
    end
    receive(bufnr, tick, error, result, lenses)
    if state.again then
      state.again = false
      M.ask_soon(bufnr)
    end
  end)
end

--- Asks when nothing has been typed for a moment.
---@param bufnr integer
function M.ask_soon(bufnr)
  local state = buffers[bufnr]
  if state and not state.timer:is_closing() then
    state.timer:start(
      config.values.debounce,
      0,
      vim.schedule_wrap(function()
        M.ask(bufnr)
      end)
    )
  end
end

--- Nothing stays that is seen and can not be clicked.
local function forget(bufnr)
  local state = buffers[bufnr]
  if state then
    buffers[bufnr] = nil
    lens_of.forget(bufnr)
    state.timer:close()
    if vim.api.nvim_buf_is_valid(bufnr) then
      vim.api.nvim_buf_clear_namespace(bufnr, M.namespace, 0, -1)
    end
  end
end

--- A changed line has no number: gone at once, not only with the next answer.
local function on_lines(_, bufnr, _, first, last)
  if not buffers[bufnr] then
    return true
  end
  if last - first <= 50 then
    vim.api.nvim_buf_clear_namespace(bufnr, M.namespace, first, last)
  end
  M.ask_soon(bufnr)
end

---@param client vim.lsp.Client
---@param bufnr integer
function M.attach(client, bufnr)
  highlight.ensure()
  local state = buffers[bufnr]
  if state then
    if state.client_id ~= client.id then
      state.client_id, state.asked, state.again = client.id, nil, false -- the other one will not answer any more
    end
    M.ask(bufnr)
    return
  end
  buffers[bufnr] = { client_id = client.id, timer = assert(vim.uv.new_timer()), lenses = {}, questions = 0 }
  vim.api.nvim_buf_attach(bufnr, false, {
    on_lines = on_lines,
    on_reload = function()
      M.ask_soon(bufnr)
    end,
    on_detach = function()
      forget(bufnr)
    end,
  })
  if config.values.keys then
    require('hotlens.hot').map(bufnr)
  end
  if config.values.mouse then
    lens_of.map(bufnr)
  end
  require('hotlens.flame.follow').start(bufnr)
  M.ask(bufnr)
end

--- Numbers or lenses are others now.
---@param client_id integer
function M.refresh(client_id)
  for bufnr, state in pairs(buffers) do
    if state.client_id == client_id then
      M.ask(bufnr)
    end
  end
end

function M.on_exit(client_id)
  for bufnr, state in pairs(buffers) do
    if state.client_id == client_id then
      forget(bufnr)
    end
  end
end

function M.redraw()
  for bufnr in pairs(buffers) do
    M.draw(bufnr)
  end
end

--- The last answer for a buffer, or nil.
---@param bufnr integer
---@return table?
function M.answer(bufnr)
  local answer = buffers[bufnr] and buffers[bufnr].answer
  return answer and answer.state == 'shown' and answer or nil
end

---@param bufnr integer
---@return hotlens.Buffer?
function M.state(bufnr)
  return buffers[bufnr]
end

--- The innermost function around a line.
---@param bufnr integer
---@param line integer from 0
---@return table?
function M.function_at(bufnr, line)
  local found
  local answer = M.answer(bufnr)
  for _, row in ipairs(answer and answer.functions or {}) do
    if row.line <= line and line <= row.endLine then
      found = row
    end
  end
  return found
end

return M
