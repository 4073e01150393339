--- The flame graph in a buffer. The server lays it out in cells; here it is drawn, walked, and kept in step
--- with the code.
local client_of = require('hotlens.client')
local config = require('hotlens.config')
local highlight = require('hotlens.highlight')
local node_of = require('hotlens.flame.node')
local view_of = require('hotlens.flame.view')

local M = {}

local RESIZE_DELAY = 50

---@param view hotlens.Flame
local function watch(view)
  local group = vim.api.nvim_create_augroup('hotlens_flame_' .. view.bufnr, {})
  vim.api.nvim_create_autocmd('CursorMoved', {
    group = group,
    buffer = view.bufnr,
    callback = function()
      view_of.update(view)
    end,
  })
  local function resized()
    local window = view_of.window_of(view)
    local info = window and vim.fn.getwininfo(window)[1]
    if info and math.max(info.width - info.textoff, 10) ~= view.width then
      vim.defer_fn(function()
        view_of.ask(view)
      end, RESIZE_DELAY)
    end
  end
  vim.api.nvim_create_autocmd({ 'WinResized', 'VimResized' }, { group = group, callback = resized })
  vim.api.nvim_create_autocmd('BufWinEnter', { group = group, buffer = view.bufnr, callback = resized })
  vim.api.nvim_create_autocmd('BufWipeout', {
    group = group,
    buffer = view.bufnr,
    callback = function()
      view_of.all[view.bufnr] = nil
      vim.api.nvim_del_augroup_by_id(group)
    end,
  })
end

local function set_up_window(window)
  local options = {
    wrap = false,
    number = false,
    relativenumber = false,
    signcolumn = 'no',
    foldcolumn = '0',
    spell = false,
    list = false,
    cursorline = false,
  }
  for name, value in pairs(options) do
    vim.api.nvim_set_option_value(name, value, { win = window, scope = 'local' })
  end
end

---@param run integer|string|nil
---@return hotlens.Flame?
local function find_view(run)
  for _, view in pairs(view_of.all) do
    if view.run == run then
      return view
    end
  end
end

local function create_buffer(run)
  local bufnr = vim.api.nvim_create_buf(false, true)
  local name = 'hotlens://flame/' .. (run or 'shown')
  local old = vim.fn.bufnr(name)
  if old > 0 then
    vim.api.nvim_buf_delete(old, { force = true })
  end
  vim.api.nvim_buf_set_name(bufnr, name)
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.bo[bufnr].filetype = 'hotlens-flame'
  vim.bo[bufnr].modifiable = false
  return bufnr
end

---@class hotlens.FlameOptions
---@field client_id integer?
---@field run integer|string|nil
---@field title string?
---@field folder string?
---@field pivot {function: string, file: string?}? shows who calls it, and what it calls
---@field find {function: string, file: string?}? the cursor goes there

--- Opens the flame graph, or goes to the window that has it.
---@param options hotlens.FlameOptions?
---@return integer? bufnr
function M.open(options)
  options = options or {}
  local client = options.client_id and vim.lsp.get_client_by_id(options.client_id) or client_of.require()
  if not client then
    return
  end
  highlight.ensure()
  local view = find_view(options.run)
  local window = view and view_of.window_of(view)
  if view and window then
    vim.api.nvim_set_current_win(window)
  else
    local bufnr = create_buffer(options.run)
    vim.cmd(config.values.flame.split)
    vim.api.nvim_win_set_buf(0, bufnr)
    set_up_window(vim.api.nvim_get_current_win())
    ---@diagnostic disable-next-line: missing-fields, assign-type-mismatch what comes with the first answer
    view = {
      bufnr = bufnr,
      client_id = client.id,
      run = options.run,
      folder = options.folder or client_of.root(client),
      title = options.title,
      view = 'flame',
      merge = false,
      roots = {},
      history = {},
      asked = 0,
      sources = {},
      width = 0,
    }
    view_of.all[bufnr] = view
    if config.values.flame.mappings then
      require('hotlens.flame.keys').map(bufnr)
    end
    watch(view)
  end
  view.find = options.find
  if options.pivot then
    view_of.go(view, function()
      view.view, view.pivot, view.roots = 'sandwich', options.pivot, {}
    end)
  else
    view_of.ask(view)
  end
  return view.bufnr
end

---@param bufnr integer?
---@return hotlens.Flame?
function M.view(bufnr)
  return view_of.all[bufnr or vim.api.nvim_get_current_buf()]
end

--- What the cursor of the flame graph is on, for status lines of one's own.
---@param bufnr integer?
---@return string
function M.path(bufnr)
  local view = M.view(bufnr)
  local box = view and view.answer and view_of.selected(view)
  return view and view.answer and box and node_of.path(view.answer, box, view.roots) or ''
end

function M.on_did_change(client_id, change)
  local kinds = {}
  for _, kind in ipairs(change.changed) do
    kinds[kind] = true
  end
  for _, view in pairs(view_of.all) do
    if view.client_id == client_id and not view.run and (kinds.shown or kinds.numbers) then
      if kinds.shown then
        view.roots, view.history = {}, {}
      end
      view_of.ask(view)
    end
  end
end


return M
