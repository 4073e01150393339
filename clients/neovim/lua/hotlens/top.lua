--- The functions with most time, in a buffer that follows what is recorded; or `hotlens top` in a terminal.
local client_of = require('hotlens.client')
local config = require('hotlens.config')
local highlight = require('hotlens.highlight')
local say = require('hotlens.say')

local M = {}

local NAME = 'hotlens://top'
local LIMIT = 200
local HEAD = 1 -- lines above the rows
local AMOUNT, SHARE = 10, 7 -- columns
local namespace = vim.api.nvim_create_namespace('hotlens_top')

---@class hotlens.TopRow: hotlens.Place
---@field name string
---@field file string?
---@field line integer
---@field self integer
---@field total integer
---@field texts {self: string, selfShare: string, total: string, totalShare: string}

---@class hotlens.Top
---@field bufnr integer
---@field client_id integer
---@field folder string?
---@field by 'self'|'total'
---@field asked integer number of the last question
---@field answer {run: table, functions: hotlens.TopRow[]}?
---@field rows hotlens.TopRow[] as they are drawn
---@type hotlens.Top?
local view

---@return integer? window
local function window_of()
  local window = view and vim.fn.bufwinid(view.bufnr) or -1
  return window > 0 and window or nil
end

--- Right-aligned by what it looks like: a text may have more bytes than columns.
---@param text string
---@param width integer
---@return string
local function right(text, width)
  return (' '):rep(width - vim.fn.strdisplaywidth(text)) .. text
end

---@param row hotlens.TopRow
---@return string
local function row_text(row)
  local texts = row.texts
  local file = row.file and row.file ~= vim.NIL and vim.fn.fnamemodify(row.file, ':t') or nil
  local place = file and ('  %s%s'):format(file, row.line > 0 and ':' .. row.line or '') or ''
  return ('%s %s %s %s  %s%s'):format(
    right(texts.self, AMOUNT),
    right(texts.selfShare, SHARE),
    right(texts.total, AMOUNT),
    right(texts.totalShare, SHARE),
    row.name,
    place
  )
end

---@param bufnr integer
---@param lines string[]
local function write(bufnr, lines)
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].modified = false
end

---@param shown hotlens.Top
local function colour(shown)
  local run = assert(shown.answer).run
  vim.api.nvim_buf_clear_namespace(shown.bufnr, namespace, 0, -1)
  vim.api.nvim_buf_set_extmark(shown.bufnr, namespace, 0, 0, { line_hl_group = 'HotlensSummary' })
  local level_of = require('hotlens.marks').level
  local all = math.max(run.samples, 1)
  for index, row in ipairs(shown.rows) do
    local level = level_of(row[shown.by] / all)
    if level > 0 then
      local line = vim.api.nvim_buf_get_lines(shown.bufnr, HEAD + index - 1, HEAD + index, false)[1]
      local first = shown.by == 'self' and 0 or AMOUNT + SHARE + 2
      local from = vim.fn.byteidx(line, first)
      vim.api.nvim_buf_set_extmark(shown.bufnr, namespace, HEAD + index - 1, from, {
        end_col = vim.fn.byteidx(line, first + AMOUNT + SHARE + 1),
        hl_group = 'HotlensHeat' .. level,
      })
    end
  end
end

---@param shown hotlens.Top
---@return hotlens.TopRow?
local function selected(shown)
  local window = window_of()
  return window and shown.rows[vim.api.nvim_win_get_cursor(window)[1] - HEAD] or nil
end

---@param shown hotlens.Top
---@param before hotlens.TopRow?
local function restore_cursor(shown, before)
  local window = window_of()
  for index, row in ipairs(before and shown.rows or {}) do
    if window and before and row.name == before.name and row.file == before.file then
      local column = vim.api.nvim_win_get_cursor(window)[2]
      return vim.api.nvim_win_set_cursor(window, { index + HEAD, column })
    end
  end
end

---@param shown hotlens.Top
local function draw(shown)
  local answer = assert(shown.answer)
  local before = selected(shown)
  shown.rows = vim.list_slice(answer.functions)
  table.sort(shown.rows, function(a, b)
    if a[shown.by] ~= b[shown.by] then
      return a[shown.by] > b[shown.by]
    end
    return a.name < b.name
  end)
  local sorted = function(by, text)
    return shown.by == by and text .. ' ▾' or text .. '  '
  end
  local lines = { ('     %s             %s         function'):format(sorted('self', 'own'), sorted('total', 'total')) }
  for _, row in ipairs(shown.rows) do
    table.insert(lines, row_text(row))
  end
  write(shown.bufnr, lines)
  colour(shown)
  restore_cursor(shown, before)
  local window = window_of()
  if window then
    local live = require('hotlens.status').is_live(shown.folder) and '● ' or ''
    local summary = require('hotlens.status').summary(shown.folder) or answer.run.title
    local text = ('%s%s · %d samples'):format(live, summary, answer.run.samples)
    vim.wo[window].statusline = ' ' .. text:gsub('%%', '%%%%') .. '%=<CR> go there · s sort · q close '
  end
end

---@param shown hotlens.Top
local function ask(shown)
  local client = vim.lsp.get_client_by_id(shown.client_id) or client_of.find()
  if not client then
    return say.error('the server is gone: :Hotlens restart')
  end
  shown.client_id = client.id
  shown.asked = shown.asked + 1
  local number = shown.asked
  local question = { folder = shown.folder, limit = LIMIT, texts = true, hideMachinery = true }
  client_of.request(client, 'hotlens/functions', question, function(error, result)
    if number ~= shown.asked or not vim.api.nvim_buf_is_valid(shown.bufnr) then
      return -- another question has been asked since
    elseif error and not shown.answer then
      write(shown.bufnr, { client_of.reason(error) })
    elseif not error then
      shown.answer = result
      draw(shown)
    end
  end)
end

---@param shown hotlens.Top
local function go_there(shown)
  local row = selected(shown)
  if row then
    require('hotlens.jump').to(row, nil, shown.folder)
  end
end

---@param shown hotlens.Top
local function map_keys(shown)
  local function map(keys, text, run)
    vim.keymap.set('n', keys, run, { buffer = shown.bufnr, nowait = true, desc = 'hotlens: ' .. text })
  end
  for _, keys in ipairs({ '<CR>', '<2-LeftMouse>', 'gd' }) do
    map(keys, 'go to the function', function()
      go_there(shown)
    end)
  end
  map('s', 'sort by own or total', function()
    shown.by = shown.by == 'self' and 'total' or 'self'
    if shown.answer then
      draw(shown)
    end
  end)
  map('r', 'ask again', function()
    ask(shown)
  end)
  map('q', 'close', function()
    vim.cmd.close()
  end)
end

---@return integer bufnr
local function create_buffer()
  local old = vim.fn.bufnr(NAME)
  if old > 0 then
    vim.api.nvim_buf_delete(old, { force = true })
  end
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(bufnr, NAME)
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.bo[bufnr].filetype = 'hotlens-top'
  vim.bo[bufnr].modifiable = false
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = bufnr,
    callback = function()
      view = nil
    end,
  })
  return bufnr
end

---@return integer? bufnr
function M.open()
  local client = client_of.require()
  if not client then
    return
  end
  highlight.ensure()
  local window = window_of()
  if view and window then
    vim.api.nvim_set_current_win(window)
  else
    local bufnr = create_buffer()
    vim.cmd(('botright %dsplit'):format(config.values.terminal_height))
    vim.api.nvim_win_set_buf(0, bufnr)
    local options = { wrap = false, number = false, relativenumber = false, signcolumn = 'no', list = false }
    for name, value in pairs(options) do
      vim.api.nvim_set_option_value(name, value, { scope = 'local' })
    end
    view = {
      bufnr = bufnr,
      client_id = client.id,
      folder = client_of.root(client),
      by = 'self',
      asked = 0,
      rows = {},
    }
    map_keys(view)
  end
  ask(view)
  return view.bufnr
end

---@param client_id integer
---@param change {changed: string[]}
function M.on_did_change(client_id, change)
  if not view or view.client_id ~= client_id then
    return
  end
  for _, kind in ipairs(change.changed) do
    if kind == 'shown' or kind == 'numbers' then
      return ask(view)
    end
  end
end

--- `hotlens top` of a process, in a terminal window; it goes on when the window is closed.
---@param pid integer
function M.process(pid)
  local argv = vim.list_extend({ client_of.program() }, { 'top', tostring(pid) })
  require('hotlens.terminal').show(argv, 'top ' .. pid)
end

return M
