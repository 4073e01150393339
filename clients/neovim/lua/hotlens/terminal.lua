--- Recording in a terminal window: the program has a real terminal, with input, colours and Ctrl+C.
local config = require('hotlens.config')
local say = require('hotlens.say')
local status = require('hotlens.status')

local M = {}

--- Where the next recording goes, when a command said so.
---@type 'terminal'|'background'|nil
M.once = nil
--- Titles of what runs, by channel.
---@type table<integer, string>
local running = {}

local function ended(channel, code)
  local title = running[channel]
  running[channel] = nil
  status.count_terminal(-1)
  if code ~= 0 then
    say.info(('%s ended with status %d'):format(title, code))
  end
end

local function start(params)
  local options = {
    cwd = params.cwd,
    env = next(params.env or {}) and params.env or nil,
    on_exit = function(channel, code)
      ended(channel, code)
    end,
  }
  if vim.fn.has('nvim-0.11') == 1 then
    options.term = true
    return vim.fn.jobstart(params.argv, options)
  end
  return vim.fn.termopen(params.argv, options)
end

--- A terminal of our size below, the cursor stays where it is; it lasts when its window is closed.
---@return boolean
local function split(params)
  local window = vim.api.nvim_get_current_win()
  vim.cmd(('botright %dnew'):format(config.values.terminal_height))
  vim.bo.bufhidden = 'hide'
  local ok, channel = pcall(start, params)
  if not ok or channel <= 0 then
    vim.cmd('bwipeout!')
    vim.api.nvim_set_current_win(window)
    return false
  end
  running[channel] = params.title
  status.count_terminal(1)
  vim.b.hotlens_terminal = params.title
  vim.cmd('normal! G') -- the window follows the output
  vim.api.nvim_set_current_win(window)
  return true
end

--- One of our own programs that fill a terminal.
---@param argv string[]
---@param title string
function M.show(argv, title)
  if split({ argv = argv, title = title }) then
    vim.cmd('wincmd b | startinsert')
  else
    say.error(('%s could not be started'):format(argv[1]))
  end
end

--- hotlens/runInTerminal. An error sends the program into the background.
---@param params {argv: string[], cwd: string, env: table<string, string>, title: string}
function M.run(params)
  local where = M.once or config.values.record
  M.once = nil
  if where == 'background' then
    return nil, vim.lsp.rpc_response_error(vim.lsp.protocol.ErrorCodes.RequestCancelled, 'in the background')
  end
  if not split(params) then
    return nil, vim.lsp.rpc_response_error(vim.lsp.protocol.ErrorCodes.InternalError, 'no terminal')
  end
  return vim.NIL
end

--- Ctrl+C to what runs in our terminals. Returns how many there were.
---@return integer
function M.stop()
  local count = 0
  for channel in pairs(running) do
    vim.fn.chansend(channel, '\3')
    count = count + 1
  end
  return count
end

return M
