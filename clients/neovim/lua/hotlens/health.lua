--- :checkhealth hotlens
local M = {}

local function check_neovim()
  if vim.fn.has('nvim-0.10') == 1 then
    vim.health.ok('Neovim ' .. vim.api.nvim_exec2('version', { output = true }).output:match('NVIM (%S+)'))
  else
    vim.health.error('Neovim 0.10 or newer is needed')
  end
  if not vim.o.termguicolors and vim.fn.has('gui_running') == 0 then
    vim.health.info('without true colour ("termguicolors") heat and flame graphs have fewer shades')
  end
end

local function check_program()
  local program = require('hotlens.client').program()
  if vim.fn.executable(program) == 0 then
    vim.health.error(('"%s" is not there'):format(program), { 'put hotlens into $PATH, or set cmd in setup{}' })
    return false
  end
  local result = vim.system({ program, '--version' }, { text = true }):wait(5000)
  if result.code ~= 0 then
    vim.health.error(('"%s --version" failed: %s'):format(program, vim.trim(result.stderr or '')))
    return false
  end
  vim.health.ok(('%s (%s)'):format(vim.trim(result.stdout or ''), vim.fn.exepath(program)))
  return true
end

local function check_server()
  local clients = vim.lsp.get_clients({ name = 'hotlens' })
  if #clients == 0 then
    vim.health.info('no server is running: open a Python file')
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_count(client.attached_buffers)
    local root = require('hotlens.client').root(client)
    vim.health.ok(('client %d: %s, %d buffers'):format(client.id, tostring(root), buffers))
  end
end

--- What hotlens itself found and misses, in its own words.
local function check_doctor()
  local program = require('hotlens.client').program()
  local result = vim.system({ program, 'doctor' }, { text = true }):wait(15000)
  for line in vim.gsplit(vim.trim((result.stdout or '') .. (result.stderr or '')), '\n') do
    if line ~= '' then
      vim.health.info(line)
    end
  end
end

function M.check()
  vim.health.start('hotlens')
  check_neovim()
  local has_program = check_program()
  check_server()
  if has_program then
    vim.health.start('hotlens doctor')
    check_doctor()
  end
end

return M
