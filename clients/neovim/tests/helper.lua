-- For specs: each is a file that Neovim runs after its configuration; results go to a file that run.py reads.
local M = {}

local results = assert(io.open(assert(os.getenv('HOTLENS_TEST_RESULTS')), 'a'))
M.folder = assert(os.getenv('HOTLENS_TEST_FOLDER'))
M.repository = assert(os.getenv('HOTLENS_TEST_SOURCE'))
M.limit = tonumber(os.getenv('HOTLENS_TEST_LIMIT') or 90000)

local function write(line)
  results:write(line, '\n')
  results:flush()
end

function M.test(name, fn)
  local start = vim.uv.hrtime()
  local ok, reason = xpcall(fn, debug.traceback)
  write((ok and 'ok ' or 'not ok ') .. name)
  write(('# seconds %.1f'):format((vim.uv.hrtime() - start) / 1e9))
  if not ok then
    for line in vim.gsplit(tostring(reason), '\n') do
      write('# ' .. line)
    end
    write('# messages: ' .. vim.inspect(vim.api.nvim_exec2('messages', { output = true }).output))
    write('# said: ' .. vim.inspect(M.notices, { newline = ' ', indent = '' }))
  end
end

function M.finish()
  write('end')
  vim.cmd('qall!')
end

-- Waits until `fn` answers something true and returns that.
function M.wait(what, fn, limit)
  local value
  local done = vim.wait(limit or M.limit, function()
    value = fn()
    return value and true or false
  end, 20)
  if not done then
    error('waited in vain for ' .. what, 2)
  end
  return value
end

function M.equal(expected, found, what)
  if not vim.deep_equal(expected, found) then
    error(('%s: expected %s, found %s'):format(what or 'value', vim.inspect(expected), vim.inspect(found)), 2)
  end
end

function M.truthy(value, what)
  if not value then
    error((what or 'value') .. ' is ' .. tostring(value), 2)
  end
end

function M.matches(text, pattern)
  if not tostring(text):find(pattern) then
    error(('%q does not match %q'):format(tostring(text), pattern), 2)
  end
end

function M.write(name, text)
  local path = M.folder .. '/' .. name
  vim.fn.mkdir(vim.fs.dirname(path), 'p')
  local file = assert(io.open(path, 'w'))
  file:write(text)
  file:close()
  return path
end

-- A program that burns `seconds`, nearly all of it in line 5, and says how it ended.
function M.burner(name, seconds)
  local marker = M.folder .. '/' .. name .. '.finally'
  return M.write(
    name,
    ([[
import time
def hot(end):
    total = 0
    while time.perf_counter() < end:
        total += sum(range(2000))
    return total
def main():
    try:
        print("burning", flush=True)
        return hot(time.perf_counter() + %s)
    finally:
        open(%q, "w").write("finally")
main()
stamp = time.perf_counter()
]]):format(seconds, marker)
  ),
    marker
end

function M.client(bufnr)
  return M.wait('the server', function()
    local client = vim.lsp.get_clients({ name = 'hotlens', bufnr = bufnr or 0 })[1]
    return client and client.initialized and client
  end)
end

-- What the plugin says, heard by `M.heard`; `M.choose` gets the titles that are offered and returns an index.
M.notices = {}
M.offered = nil
function M.choose()
  return 1
end

function M.listen()
  vim.notify = function(text, level)
    table.insert(M.notices, { text = text, level = level })
  end
  vim.ui.select = function(items, options, done)
    M.offered = vim.tbl_map(options.format_item or tostring, items)
    M.prompt = options.prompt
    local index = M.choose(M.offered)
    done(items[index], index)
  end
end

function M.heard(pattern)
  for _, notice in ipairs(M.notices) do
    if notice.text:find(pattern) then
      return notice
    end
  end
end

function M.wait_to_hear(pattern)
  return M.wait('the message ' .. pattern, function()
    return M.heard(pattern)
  end)
end

-- Until what is being recorded has samples: stopped then, it has numbers.
function M.wait_for_samples()
  return M.wait('samples', function()
    local recording = select(2, next(require('hotlens.status').recordings))
    return recording and recording.samples > 0
  end)
end

-- Until all that was scheduled has run.
function M.settle()
  local rounds = 0
  local function again()
    rounds = rounds + 1
    if rounds < 5 then
      vim.schedule(again)
    end
  end
  vim.schedule(again)
  M.wait('the loop', function()
    return rounds == 5
  end)
end

-- Processes below one, all of them.
function M.processes_below(pid)
  local found = {}
  for _, child in ipairs(vim.api.nvim_get_proc_children(pid)) do
    table.insert(found, child)
    vim.list_extend(found, M.processes_below(child))
  end
  return found
end

-- Seconds of processor time that a process has used; nil when it is gone.
function M.cpu_of(pid)
  local file = io.open(('/proc/%d/stat'):format(pid))
  local text = file and file:read('a') or ''
  if file then
    file:close()
  end
  local user, system = text:match('%) %S+' .. (' %S+'):rep(10) .. ' (%d+) (%d+)')
  return user and (tonumber(user) + tonumber(system)) / 100
end

-- The terminal window that `hotlens` fills: buffer and text.
function M.terminal()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    local bufnr = vim.api.nvim_win_get_buf(window)
    if vim.bo[bufnr].buftype == 'terminal' then
      return bufnr, table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), '\n')
    end
  end
end

-- The text of chunks of an extmark.
function M.text(chunks)
  return table.concat(vim.tbl_map(function(chunk)
    return chunk[1]
  end, chunks))
end

-- Lines of the client's log that are errors.
function M.log_errors()
  local path = vim.lsp.get_log_path and vim.lsp.get_log_path() or vim.lsp.log.get_filename()
  local found = {}
  if vim.uv.fs_stat(path) then
    for line in io.lines(path) do
      if line:find('%[ERROR%]') then
        found[#found + 1] = line
      end
    end
  end
  return found
end

function M.messages()
  return vim.api.nvim_exec2('messages', { output = true }).output
end

function M.no_errors()
  M.equal({}, M.log_errors(), 'errors in the log')
  local messages = M.messages()
  if messages:find('E%d+:') or messages:find('[Ee]rror') or messages:find('stack traceback') then
    error('messages: ' .. messages, 2)
  end
end

return M
