--- The keys of a flame graph, and their help.
local actions = require('hotlens.flame.actions')
local view_of = require('hotlens.flame.view')

local M = {}

local HELP = {
  { 'h j k l, arrows', 'go to the box beside, below, above' },
  { '<CR>, double click', 'zoom in (in a sandwich: to that function)' },
  { '<BS>, <Esc>', 'back to what was shown before' },
  { 'u', 'one level up' },
  { '0', 'everything again' },
  { '/  n  N', 'search; next, previous match' },
  { 'i', 'inverted: who is on top of the stacks, below it its callers' },
  { 's', 'sandwich: callers above, callees below (again: leave it)' },
  { 't', 'threads and processes merged, or apart' },
  { 'gd', 'jump to the line' },
  { 'f  F', 'numbers in the code of this node only; of everything' },
  { 'r', 'ask again' },
  { 'q', 'close' },
}

function actions.help()
  local lines = {}
  for _, row in ipairs(HELP) do
    table.insert(lines, (' %-20s %s '):format(row[1], row[2]))
  end
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.bo[bufnr].modifiable = false
  local height = math.min(#lines, vim.o.lines - 4)
  vim.api.nvim_open_win(bufnr, true, {
    relative = 'editor',
    row = math.max(0, math.floor((vim.o.lines - height) / 2) - 1),
    col = math.max(0, math.floor((vim.o.columns - 84) / 2)),
    width = math.min(84, vim.o.columns - 2),
    height = height,
    style = 'minimal',
    border = 'rounded',
    title = ' Flame graph ',
  })
  for _, key in ipairs({ 'q', '<Esc>', '?', '<CR>' }) do
    vim.keymap.set('n', key, '<Cmd>close<CR>', { buffer = bufnr, nowait = true })
  end
end

local KEYS = {
  ['<CR>'] = 'zoom',
  ['<2-LeftMouse>'] = 'zoom',
  ['<BS>'] = 'back',
  ['<Esc>'] = 'back',
  ['<RightMouse>'] = 'back',
  u = 'up',
  ['0'] = 'reset',
  ['/'] = 'search',
  n = 'next_match',
  N = 'previous_match',
  i = 'inverted',
  s = 'sandwich',
  t = 'threads',
  f = 'focus',
  F = 'clear_focus',
  gd = 'jump',
  h = 'left',
  j = 'below',
  k = 'above',
  l = 'right',
  ['<Left>'] = 'left',
  ['<Down>'] = 'below',
  ['<Up>'] = 'above',
  ['<Right>'] = 'right',
  r = 'refresh',
  q = 'close',
  ['?'] = 'help',
}

---@param bufnr integer
function M.map(bufnr)
  for keys, name in pairs(KEYS) do
    vim.keymap.set('n', keys, function()
      local view = view_of.all[vim.api.nvim_get_current_buf()]
      if view then
        actions[name](view)
      end
    end, { buffer = bufnr, nowait = true, desc = 'hotlens: ' .. name:gsub('_', ' ') })
  end
end

return M
