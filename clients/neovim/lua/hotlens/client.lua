--- The connection to the server. Neovim's own drawing of our hints is not used: with a second server on the
--- buffer it shows those of the slower one late or not at all.
local config = require('hotlens.config')
local say = require('hotlens.say')

local M = {}

M.NAME = 'hotlens'
local METHOD_NOT_FOUND = -32601

local is_new = vim.fn.has('nvim-0.11') == 1

local stopped = {} ---@type table<integer, true> clients by id, until they have ended

---@param bufnr integer?
---@return vim.lsp.Client?
local function first(bufnr)
  for _, client in ipairs(vim.lsp.get_clients({ name = M.NAME, bufnr = bufnr })) do
    if not stopped[client.id] then
      return client
    end
  end
end

---@param bufnr integer? any when nil
---@return vim.lsp.Client?
function M.find(bufnr)
  return first(bufnr) or (bufnr and first()) or nil
end

---@param client vim.lsp.Client
---@param method string
---@param params table
---@param callback fun(error: table?, result: any)
---@param bufnr integer?
---@return boolean sent
function M.request(client, method, params, callback, bufnr)
  local function answered(error, result)
    callback(error, result)
  end
  if is_new then
    return (client:request(method, params, answered, bufnr or 0))
  end
  ---@diagnostic disable-next-line: param-type-mismatch a field, not a method, before 0.11
  return (client.request(method, params, answered, bufnr or 0))
end

---@param client vim.lsp.Client
---@param method string
---@param params table
---@param limit integer milliseconds
---@return any result nil when there is none
function M.ask(client, method, params, limit)
  local answer
  if is_new then
    answer = client:request_sync(method, params, limit, 0)
  else
    ---@diagnostic disable-next-line: param-type-mismatch
    answer = client.request_sync(method, params, limit, 0)
  end
  return answer and answer.result
end

---@param error table
---@return string
function M.reason(error)
  if error.code == METHOD_NOT_FOUND then
    return 'the server is too old for this plugin: update hotlens'
  end
  return error.message or vim.inspect(error)
end

--- Runs one of the server's commands; what goes wrong is said.
---@param name string without "hotlens."
---@param arguments table?
---@param bufnr integer?
---@return boolean
function M.execute(name, arguments, bufnr)
  local client = M.require(bufnr)
  if not client then
    return false
  end
  local params = { command = 'hotlens.' .. name }
  if arguments and next(arguments) ~= nil then
    params.arguments = { arguments }
  end
  M.request(client, 'workspace/executeCommand', params, function(error)
    if error then
      say.error(M.reason(error))
    end
  end, bufnr)
  return true
end

--- The configuration in use: the user's vim.lsp.config has the last word.
---@return vim.lsp.ClientConfig
local function in_use()
  local configs = is_new and vim.lsp.config or {} --[[@as table<string, vim.lsp.ClientConfig>]]
  return configs[M.NAME] or M.config()
end

--- The program that is the server; its other subcommands are called by this name, too.
---@return string
function M.program()
  local cmd = in_use().cmd
  return (type(cmd) == 'table' and cmd or config.values.cmd)[1]
end

local function executable()
  local program = M.program()
  return vim.fn.executable(program) == 1, program
end

--- The workspace folder.
---@param client vim.lsp.Client
---@return string?
function M.root(client)
  return client.root_dir or (client.config or {}).root_dir
end

--- A command may come before the server has started.
local function start_and_wait(bufnr)
  if vim.tbl_contains(config.values.filetypes, vim.bo[bufnr].filetype) and M.start(bufnr) then
    vim.wait(5000, function()
      return M.find(bufnr) ~= nil
    end, 20)
  end
  return M.find(bufnr)
end

--- The client for a command that needs one; says why there is none.
---@param bufnr integer?
---@return vim.lsp.Client?
function M.require(bufnr)
  local client = M.find(bufnr)
  if client then
    return client
  end
  local found, cmd = executable()
  bufnr = bufnr or vim.api.nvim_get_current_buf()
  client = found and start_and_wait(bufnr) or nil
  if client then
    return client
  elseif not found then
    say.error(('"%s" is not there: put hotlens into $PATH, or set cmd in setup{}'):format(cmd))
  elseif vim.api.nvim_buf_get_name(bufnr) == '' then
    say.error('this buffer has no file: save it first')
  else
    say.error('no server is running: open a Python file, or :Hotlens restart')
  end
end

local function on_show_message(_, result)
  local levels = { vim.log.levels.ERROR, vim.log.levels.WARN, vim.log.levels.INFO, vim.log.levels.INFO }
  say.notify((result.message:gsub('^hotlens: ', '')), levels[result.type] or vim.log.levels.INFO)
end

local function on_did_change(_, result, context)
  require('hotlens.marks').refresh(context.client_id)
  require('hotlens.status').on_did_change(result)
  require('hotlens.flame').on_did_change(context.client_id, result)
  require('hotlens.top').on_did_change(context.client_id, result)
end

local function on_recording(_, result, context)
  require('hotlens.status').on_recording(result)
  require('hotlens.marks').refresh(context.client_id)
end

local function on_lenses_refresh(_, _, context)
  require('hotlens.marks').refresh(context.client_id)
  return vim.NIL
end

local function on_output(_, result)
  require('hotlens.output').append(result.text)
end

local function on_show_flamegraph(_, result, context)
  require('hotlens.flame').open({ client_id = context.client_id, run = result.run, title = result.title })
end

local function on_run_in_terminal(_, result)
  return require('hotlens.terminal').run(result)
end

local function on_init(client)
  -- What these give is drawn by this plugin.
  client.server_capabilities.inlayHintProvider = nil
  client.server_capabilities.codeLensProvider = nil
end

local function on_exit(code, signal, client_id)
  vim.schedule(function()
    local was_wanted = stopped[client_id]
    stopped[client_id] = nil
    require('hotlens.marks').on_exit(client_id)
    if not M.find() then -- else the status is already that of its successor
      require('hotlens.status').reset()
    end
    if M.leaving or was_wanted or (code == 0 and signal == 0) then
      return
    end
    local how = signal ~= 0 and ('by signal %d'):format(signal) or ('with status %d'):format(code)
    say.error(('the server ended %s. Finished runs are kept; :Hotlens restart'):format(how))
  end)
end

local function root_of(bufnr)
  local name = vim.api.nvim_buf_get_name(bufnr)
  return vim.fs.root(bufnr, config.values.root_markers) or vim.fs.dirname(name)
end

--- Only files have timings; without the program, that is said once and nothing is tried.
local function is_wanted(bufnr)
  local name = vim.api.nvim_buf_get_name(bufnr)
  if name == '' or name:find('^%a[%w+.-]+://') or vim.bo[bufnr].buftype ~= '' then
    return false
  end
  local found, cmd = executable()
  if not found then
    say.warn_once(('"%s" is not there: put hotlens into $PATH, or set cmd in setup{}'):format(cmd))
  end
  return found
end

--- One server for each folder; one that has been told to end is none any more, however long it takes.
---@param client vim.lsp.Client
---@param wanted vim.lsp.ClientConfig
---@return boolean
local function may_be_shared(client, wanted)
  return client.name == wanted.name and not stopped[client.id] and M.root(client) == wanted.root_dir
end

--- For vim.lsp.start and vim.lsp.config.
---@return vim.lsp.ClientConfig
function M.config()
  local values = config.values
  local own = { ui = true, terminal = true, flameGraph = true }
  return {
    name = M.NAME,
    -- As a function: Neovim skips a program that is missing without a word.
    cmd = function(dispatchers)
      return vim.lsp.rpc.start(config.values.cmd, dispatchers)
    end,
    filetypes = values.filetypes,
    ---@diagnostic disable-next-line: assign-type-mismatch vim.lsp.config takes a function
    root_dir = function(bufnr, on_dir)
      if is_wanted(bufnr) then
        on_dir(root_of(bufnr))
      end
    end,
    init_options = { hotlens = vim.tbl_extend('force', values.settings, own) },
    -- An empty table would be an array for the server.
    settings = { hotlens = next(values.settings) and values.settings or vim.empty_dict() },
    reuse_client = may_be_shared,
    on_init = on_init,
    on_exit = on_exit,
    on_attach = function(client, bufnr)
      require('hotlens.marks').attach(client, bufnr)
    end,
    handlers = {
      ['window/showMessage'] = on_show_message,
      ['hotlens/didChange'] = on_did_change,
      ['hotlens/recording'] = on_recording,
      ['hotlens/output'] = on_output,
      ['hotlens/showFlamegraph'] = on_show_flamegraph,
      ['hotlens/runInTerminal'] = on_run_in_terminal,
      ['workspace/codeLens/refresh'] = on_lenses_refresh,
    },
  }
end

--- Starts the server for a buffer, on versions that have no vim.lsp.enable.
---@param bufnr integer
---@return integer? client_id
function M.start(bufnr)
  if is_wanted(bufnr) then
    local values = vim.deepcopy(in_use())
    values.root_dir = root_of(bufnr)
    return vim.lsp.start(values, { bufnr = bufnr, reuse_client = may_be_shared })
  end
end

--- Servers that have not answered yet are clients too: a new one would not be started beside them.
local function all_clients()
  ---@diagnostic disable-next-line: access-invisible
  return vim.lsp.get_clients({ name = M.NAME, _uninitialized = true })
end

--- A server may need longer than we wait, as for the end of a program that it records; it is left to that.
---@param client vim.lsp.Client
local function let_go(client)
  require('hotlens.marks').on_exit(client.id)
  for bufnr in pairs(client.attached_buffers) do
    vim.lsp.buf_detach_client(bufnr, client.id)
  end
end

--- By request, which a server that hangs does not hear, then by force.
local function stop_all()
  for _, force in ipairs({ false, true }) do
    for _, client in ipairs(all_clients()) do
      stopped[client.id] = true
      if force then
        client.rpc.terminate() -- 0.11 does not stop one that is stopping already
      elseif is_new then
        client:stop()
      else
        vim.lsp.stop_client(client.id)
      end
    end
    vim.wait(3000, function()
      return #all_clients() == 0
    end, 20)
  end
  for _, client in ipairs(all_clients()) do
    let_go(client)
  end
  require('hotlens.status').reset()
end

function M.restart()
  stop_all()
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    local is_ours = vim.api.nvim_buf_is_loaded(bufnr)
      and vim.tbl_contains(config.values.filetypes, vim.bo[bufnr].filetype)
    if is_ours then
      M.start(bufnr)
    end
  end
end

vim.api.nvim_create_autocmd('VimLeavePre', {
  callback = function()
    M.leaving = true
  end,
})

return M
