-- What goes wrong, and what is said then.
local T = dofile(os.getenv('HOTLENS_TEST_SOURCE') .. '/clients/neovim/tests/helper.lua')
local namespace = vim.api.nvim_create_namespace('hotlens')
T.listen()
T.choose = function() end
local heard, listen = T.heard, T.wait_to_hear

local function count_marks()
  return #vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, {})
end

-- A server that knows nothing of ours.
local OLD_SERVER = [[
import json, sys
while True:
    length = 0
    while (line := sys.stdin.buffer.readline().strip()):
        length = int(line.split(b":")[1]) if line.lower().startswith(b"content-length") else length
    if not length:
        break
    message = json.loads(sys.stdin.buffer.read(length))
    if message.get("method") == "exit":
        break
    if "id" not in message or "method" not in message:
        continue
    answer = {"jsonrpc": "2.0", "id": message["id"]}
    if message["method"] == "initialize":
        answer["result"] = {"capabilities": {"textDocumentSync": {"openClose": True, "change": 2}}}
    elif message["method"] == "shutdown":
        answer["result"] = None
    else:
        answer["error"] = {"code": -32601, "message": "unknown method " + message["method"]}
    text = json.dumps(answer).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n" % len(text) + text)
    sys.stdout.buffer.flush()
]]

-- Starts the server anew with other options.
local function with(options)
  require('hotlens').setup(options)
  vim.cmd('Hotlens restart')
end

local path = T.burner('work.py', 600) -- until it is stopped: py-spy may need seconds to attach
local raw = T.write('work.raw', ('main (%s:10);hot (%s:5) 100\n'):format(path, path))

T.test('the server is missing: said once, nothing tried', function()
  require('hotlens').setup({ cmd = { 'no-such-hotlens' } })
  vim.cmd.edit(path)
  listen('"no%-such%-hotlens" is not there')
  T.equal(0, #vim.lsp.get_clients({ name = 'hotlens' }))
  vim.cmd('edit!')
  T.settle()
  T.equal(1, #T.notices)
  T.notices = {}
  vim.cmd('Hotlens profile')
  listen('"no%-such%-hotlens" is not there')
  require('hotlens').setup({})
  vim.cmd('edit!')
  T.client()
end)

T.test('an old server: update it', function()
  T.notices = {}
  with({ cmd = { 'python3', T.write('old_server.py', OLD_SERVER) } })
  T.client()
  listen('too old for this plugin: update hotlens')
  T.notices = {}
  vim.cmd('Hotlens flame')
  T.wait('the reason', function()
    return vim.api.nvim_buf_get_lines(0, 0, 1, false)[1]:find('too old')
  end)
  vim.cmd('close')
  vim.cmd('Hotlens profile')
  listen('too old')
end)

T.test('restart while a server that never answers is being started', function()
  T.notices = {}
  local pids = T.folder .. '/silent.pids'
  local silent = 'import os, sys\nopen(%q, "a").write(f"{os.getpid()}\\n")\nsys.stdin.buffer.read()\n'
  with({ cmd = { 'python3', T.write('silent.py', silent:format(pids)) } })
  local pid = T.wait('its process', function()
    local file = io.open(pids)
    local text = file and file:read('a') or ''
    if file then
      file:close()
    end
    return tonumber(text:match('^(%d+)\n'))
  end)
  T.equal(0, #vim.lsp.get_clients({ name = 'hotlens' }), 'clients that are ready')
  with({})
  T.client()
  T.wait('its end', function()
    return not vim.uv.fs_stat(('/proc/%d'):format(pid))
  end)
  T.settle()
  T.equal({}, T.notices, 'what was said')
end)

T.test('restart of a server that does not end when it is asked to', function()
  T.notices = {}
  local stubborn, count = OLD_SERVER:gsub('answer%["result"%] = None', 'continue')
  T.equal(1, count)
  with({ cmd = { 'python3', T.write('stubborn.py', stubborn) } })
  local old = T.client()
  with({})
  local new = T.client()
  T.truthy(new.id ~= old.id and new.config.cmd ~= old.config.cmd, 'another client')
  T.truthy(not heard('ended by signal'), 'silence about its end')
end)

T.test('restart of a server that does not end at all: another one takes over', function()
  T.notices = {}
  local pids = T.folder .. '/deaf.pids'
  local begin = 'import os, signal\nsignal.signal(15, signal.SIG_IGN)\nopen(%q, "w").write(str(os.getpid()))\n'
  local deaf = begin:format(pids) .. OLD_SERVER:gsub('answer%["result"%] = None', 'continue')
  with({ cmd = { 'python3', T.write('deaf.py', deaf) } })
  local old = T.client()
  local pid = assert(tonumber(io.open(pids):read('a')))
  with({})
  local new = T.client()
  T.truthy(new.id ~= old.id, 'another client')
  T.equal(new.id, require('hotlens.client').find(0).id, 'the client for commands')
  T.truthy(vim.uv.fs_stat(('/proc/%d'):format(pid)), 'the old one lives')
  require('hotlens.client').execute('load', { path = raw, rate = 100 })
  T.wait('numbers', function()
    return require('hotlens.marks').answer(vim.api.nvim_get_current_buf()) and count_marks() > 0
  end)
  vim.uv.kill(pid, 'sigkill')
  T.wait('its end', function()
    return not vim.lsp.get_client_by_id(old.id)
  end)
  T.settle()
  T.truthy(count_marks() > 0, 'numbers after its end')
  T.truthy(next(require('hotlens.status').shown), 'the status after its end')
  T.truthy(not heard('ended by signal'), 'silence about its end')
end)

T.test('an answer to what was asked before the file was read again is nobody\'s', function()
  local slow, count = OLD_SERVER:gsub(
    '    if "id" not in message',
    [[
    held = globals().setdefault("held", [])
    if message.get("method") == "hotlens/lines":
        held.append({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32602, "message": "it is closed"}})
        continue
    for answer in held if message.get("method") == "textDocument/didClose" else []:
        text = json.dumps(answer).encode()
        sys.stdout.buffer.write(b"Content-Length: %%d\r\n\r\n" %% len(text) + text)
%0]]
  )
  T.equal(1, count)
  T.notices = {}
  with({ cmd = { 'python3', T.write('slow.py', slow) } })
  local client = T.client()
  local before = T.wait('the question', function()
    local state = require('hotlens.marks').state(vim.api.nvim_get_current_buf())
    return state and state.asked and state
  end)
  vim.cmd('edit!')
  T.wait('the question of the text read again', function()
    local state = require('hotlens.marks').state(vim.api.nvim_get_current_buf())
    return state and state ~= before and state.asked
  end)
  local is_answered = false
  require('hotlens.client').request(client, 'nothing/known', {}, function()
    is_answered = true
  end)
  T.wait('an answer behind the late one', function()
    return is_answered
  end)
  T.settle()
  T.equal({}, T.notices, 'what was said')
end)

T.test('no py-spy: said, with what helps', function()
  T.notices = {}
  with({ settings = { pySpy = '/nowhere/py-spy' } })
  T.wait('the server', function()
    local client = vim.lsp.get_clients({ name = 'hotlens' })[1]
    return client and client.initialized and client.config.settings.hotlens.pySpy
  end)
  vim.cmd('Hotlens! profile')
  T.wait('the message', function()
    return heard('py%-spy') or (T.prompt and T.prompt:find('py%-spy'))
  end)
end)

T.test('the server dies: said, numbers are gone, restart brings them back', function()
  with({})
  T.client()
  vim.cmd('Hotlens! profile')
  T.wait_for_samples()
  vim.cmd('Hotlens stop')
  T.wait('numbers', function()
    local answer = require('hotlens.marks').answer(vim.api.nvim_get_current_buf())
    return answer and not answer.live and count_marks() > 0
  end)
  T.notices = {}
  local client = T.client()
  local pid
  for _, child in ipairs(vim.api.nvim_get_proc_children(vim.fn.getpid())) do
    local process = vim.api.nvim_get_proc(child)
    pid = process and process.name:find('^hotlens') and child or pid
  end
  vim.uv.kill(assert(pid, 'the process of the server'), 'sigkill')
  listen('the server ended by signal 9.*Hotlens restart')
  T.equal(0, count_marks(), 'marks')
  T.truthy(client:is_stopped(), 'the client')
  vim.cmd('Hotlens restart')
  T.wait('numbers again', function()
    return count_marks() > 0
  end)
end)

T.test('a process that is not there', function()
  T.notices = {}
  vim.cmd('Hotlens attach 999999999')
  listen('999999999')
  T.truthy(heard('999999999').level >= vim.log.levels.WARN, 'a warning')
end)

T.test('a recording that finds nothing to run', function()
  T.notices = {}
  vim.cmd('Hotlens! command no-such-program')
  listen('no%-such%-program')
end)

T.test('10,000 lines: typing asks once it rests, and draws 300 hints', function()
  local lines, stacks = {}, {}
  for number = 1, 10000 do
    lines[number] = number == 1 and 'def work():' or ('    x = %d'):format(number)
  end
  local long = T.write('long.py', table.concat(lines, '\n') .. '\n')
  for number = 2, 301 do
    stacks[#stacks + 1] = ('work (%s:%d) 10'):format(long, number)
  end
  T.write('long.raw', table.concat(stacks, '\n') .. '\n')
  with({ settings = { inlayHints = { minimumPercent = 0 } }, debounce = 3000 })
  vim.cmd.edit(long)
  local bufnr = vim.api.nvim_get_current_buf()
  T.client()
  require('hotlens.client').execute('load', { path = T.folder .. '/long.raw', rate = 100 })
  T.wait('300 hints', function()
    local answer = require('hotlens.marks').answer(bufnr)
    return answer and #answer.lines == 300 and count_marks() >= 300
  end)
  local undo = vim.fn.undotree().seq_last
  T.equal(0, undo)
  local state = require('hotlens.marks').state(bufnr)
  local before = state.questions
  for number = 1, 200 do
    vim.api.nvim_buf_set_text(bufnr, 5000, 0, 5000, 0, { '#' })
    if number % 20 == 0 then
      vim.wait(5)
    end
  end
  T.equal(before, state.questions, 'questions while typing')
  T.wait('the question after it', function()
    return state.questions > before
  end)
  T.wait('its answer', function()
    return not state.asked
  end)
  T.settle()
  T.equal(before + 1, state.questions, 'questions for 200 keys')
  T.equal(200, #vim.api.nvim_buf_get_lines(bufnr, 5000, 5001, false)[1] - #'    x = 5001', 'what was typed')
  vim.cmd('edit!')
end)

T.test('nothing else was complained about', function()
  for _, line in ipairs(T.log_errors()) do
    if not line:find('no%-such') then
      error(line)
    end
  end
  T.truthy(not T.messages():find('stack traceback'), T.messages())
  T.truthy(not T.messages():find('stop_client'), T.messages())
end)
T.finish()
