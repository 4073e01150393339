-- The plugin: numbers in the code, recordings, commands.
local T = dofile(os.getenv('HOTLENS_TEST_SOURCE') .. '/clients/neovim/tests/helper.lua')
local namespace = vim.api.nvim_create_namespace('hotlens')

T.listen()
local heard = T.heard

-- Marks by line from 1: {hint, lens, sign, line_hl, number_hl}.
local function marks()
  local found = {}
  for _, item in ipairs(vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })) do
    local row, details = item[2] + 1, item[4]
    if not details.invalid then
      local entry = found[row] or {}
      found[row] = entry
      if details.virt_lines then
        entry.lens = T.text(details.virt_lines[1])
      elseif details.virt_text and row > 1 then
        entry.hint = details.virt_text[1][1]
      elseif details.virt_text then
        entry.summary = (entry.summary or '') .. T.text(details.virt_text)
      end
      entry.sign = details.sign_text or entry.sign
      entry.line_hl = details.line_hl_group or entry.line_hl
      entry.number_hl = details.number_hl_group or entry.number_hl
    end
  end
  return found
end

local function hint(line)
  return (marks()[line] or {}).hint
end

local function recordings()
  return require('hotlens.status').recordings
end

local loaded_at_start = package.loaded['hotlens.flame'] ~= nil
T.test('nothing but the command is loaded at the start', function()
  T.truthy(not loaded_at_start, 'hotlens.flame is not loaded')
  T.truthy(not package.loaded['hotlens.marks'], 'hotlens.marks is not loaded')
  T.truthy(vim.fn.exists(':Hotlens') == 2, ':Hotlens')
end)

T.test('commands complete', function()
  local all = vim.fn.getcompletion('Hotlens ', 'cmdline')
  for _, name in ipairs({
    'profile',
    'again',
    'attach',
    'stop',
    'load',
    'runs',
    'flame',
    'top',
    'hints',
    'focus',
    'export',
    'doctor',
  }) do
    T.truthy(vim.tbl_contains(all, name), name)
  end
  T.equal({ 'profile' }, vim.fn.getcompletion('Hotlens pro', 'cmdline'))
  T.equal({ 'line' }, vim.fn.getcompletion('Hotlens heat li', 'cmdline'))
  T.equal(
    { 'line', 'number', 'off', 'sign' },
    (function(list)
      table.sort(list)
      return list
    end)(vim.fn.getcompletion('Hotlens! heat ', 'cmdline'))
  )
end)

T.test('a buffer without a file is told', function()
  vim.cmd('enew | setfiletype python')
  vim.cmd('Hotlens profile')
  T.wait('the message', function()
    return heard('no file')
  end)
  T.equal(0, #vim.lsp.get_clients({ name = 'hotlens' }), 'servers')
end)

T.test('without a server commands say so', function()
  T.notices = {}
  vim.cmd('Hotlens flame')
  T.wait('the message', function()
    return heard('no file') or heard('no server')
  end)
end)

local path = T.burner('work.py', 2.5)
vim.cmd.edit(path)
local bufnr = vim.api.nvim_get_current_buf()
local tick, undo

T.test('a recording in the background: live numbers, progress, the result', function()
  local client = T.client()
  T.truthy(not client.server_capabilities.inlayHintProvider, 'hints of ours are not drawn by others')
  T.wait('the first answer', function()
    return require('hotlens.marks').state(bufnr).answer
  end)
  T.settle()
  T.equal(
    {},
    vim.tbl_filter(function(notice)
      return not notice.text:find('no file')
    end, T.notices),
    'messages at the start'
  )
  tick, undo = vim.api.nvim_buf_get_changedtick(0), vim.fn.undotree().seq_last
  vim.cmd('Hotlens! profile')
  T.wait('the recording', function()
    local recording = select(2, next(recordings()))
    return recording and recording.samples > 0
  end)
  T.matches(require('hotlens').statusline(), '● work%.py')
  T.wait('the end', function()
    return next(recordings()) == nil
  end)
  T.wait('the hint', function()
    return hint(5)
  end)
  T.matches(hint(5), '%d s · +>?%d')
  T.wait('the title', function()
    return require('hotlens').statusline():find('work.py', 1, true)
  end)
end)

T.test('lenses, summary and heat', function()
  local found = T.wait('the final numbers', function()
    local all = marks()
    return all[2] and all[2].lens and all
  end)
  T.matches(found[2].lens, '%d s total')
  T.matches(found[1].summary, 'work%.py')
  T.matches(found[5].sign, '█')
  T.truthy(not found[3] or not found[3].sign, 'a cold line has no sign')
end)

T.test('heat as line background, as number, and off', function()
  vim.cmd('Hotlens heat line')
  T.equal('HotlensLine5', marks()[5].line_hl)
  T.truthy(not marks()[5].sign, 'no sign')
  vim.cmd('Hotlens heat number')
  T.equal('HotlensHeat5', marks()[5].number_hl)
  vim.cmd('Hotlens heat off')
  T.truthy(not marks()[5].number_hl and not marks()[5].line_hl and marks()[5].hint, 'hints alone')
  vim.cmd('Hotlens heat')
  T.matches(marks()[5].sign, '█')
end)

T.test('hints go off and on', function()
  vim.cmd('Hotlens hints off')
  T.truthy(not hint(5) and not (marks()[2] or {}).lens, 'nothing is left')
  vim.cmd('Hotlens hints')
  T.truthy(hint(5), 'back')
end)

T.test('the text was never changed', function()
  T.equal(tick, vim.api.nvim_buf_get_changedtick(bufnr), 'changedtick')
  T.equal(undo, vim.fn.undotree().seq_last, 'undo')
  T.truthy(not vim.bo[bufnr].modified, 'not modified')
end)

T.test('marks move with edits, a changed line loses its number at once', function()
  vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# one', '# two' })
  T.truthy(hint(7), 'moved without asking')
  T.wait('the answer', function()
    local answer = require('hotlens.marks').answer(bufnr)
    return answer and answer.functions[1].line == 3 and hint(7)
  end)
  vim.api.nvim_buf_set_lines(0, 6, 7, false, { '        total += sum(range(2001))' })
  T.truthy(not hint(7), 'the changed line')
  T.wait('edited', function()
    local answer = require('hotlens.marks').answer(bufnr)
    return answer and answer.lost > 0 and not hint(7)
  end)
  vim.cmd('silent undo')
  vim.cmd('silent undo')
  T.wait('the number again', function()
    return hint(5)
  end)
end)

T.test(']h and [h go around the hot lines', function()
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  vim.api.nvim_feedkeys(']h', 'mx', false)
  local line = vim.api.nvim_win_get_cursor(0)[1]
  T.truthy(line == 4 or line == 5, 'a hot line, not ' .. line)
  vim.cmd('Hotlens hottest')
  T.equal(5, vim.api.nvim_win_get_cursor(0)[1])
  vim.api.nvim_feedkeys('[h', 'mx', false)
  T.truthy(vim.tbl_contains({ 4, 5 }, vim.api.nvim_win_get_cursor(0)[1]), 'around')
end)

T.test('hot lines in the quickfix list', function()
  vim.cmd('Hotlens lines')
  local list = T.wait('items', function()
    local items = vim.fn.getqflist()
    return #items > 0 and items
  end)
  T.equal(5, list[1].lnum)
  T.matches(list[1].text, '%d m?s +>?%d[%d.]*%%  total %+= sum')
  vim.cmd('cclose')
  vim.api.nvim_set_current_buf(bufnr)
end)

T.test('focus from the cursor, shown in the status line, and cleared', function()
  vim.api.nvim_win_set_cursor(0, { 5, 0 })
  vim.cmd('Hotlens focus')
  T.wait('the focus', function()
    local answer = require('hotlens.marks').answer(bufnr)
    return answer and type(answer.focus) == 'string' and answer.focus:find('hot')
  end)
  T.matches(require('hotlens').statusline(), 'focus on hot')
  vim.cmd('Hotlens unfocus')
  T.wait('everything', function()
    local answer = require('hotlens.marks').answer(bufnr)
    return answer and type(answer.focus) ~= 'string'
  end)
end)

-- Chooses what has a text in it.
local function choose(text)
  T.choose = function(titles)
    for index, title in ipairs(titles) do
      if title:find(text, 1, true) then
        return index
      end
    end
  end
end

T.test('functions are offered, the cursor goes there', function()
  vim.api.nvim_win_set_cursor(0, { 13, 0 })
  choose(' hot ')
  vim.cmd('Hotlens functions')
  T.wait('the jump', function()
    return vim.api.nvim_win_get_cursor(0)[1] == 2
  end)
  T.matches(T.offered[1], '%% own')
end)

-- The rows of the list of hot functions.
local function top_rows()
  local top = vim.fn.bufnr('hotlens://top')
  return top > 0 and vim.api.nvim_buf_get_lines(top, 1, -1, false) or {}
end

T.test('the list of hot functions: sorted, and gone to', function()
  vim.api.nvim_win_set_cursor(0, { 13, 0 })
  vim.cmd('Hotlens top')
  T.equal('hotlens-top', vim.bo.filetype)
  T.wait('the rows', function()
    return #top_rows() > 2
  end)
  local answer = require('hotlens.marks').answer(bufnr)
  local hot = vim.tbl_filter(function(row)
    return row.name == 'hot'
  end, answer.functions)[1]
  local share = tonumber(top_rows()[1]:match('%d m?s +>?(%d[%d.]*)%% .* hot  work%.py:2$'))
  local wanted = 100 * hot.self / answer.run.samples
  T.truthy(share and math.abs(share - wanted) < 1, ('%s, for %s %%: it'):format(top_rows()[1], wanted))
  T.matches(vim.wo.statusline, '^ work%.py · %d+:%d+ · .* busy .*100 Hz · %d+ samples')
  vim.api.nvim_win_set_cursor(0, { 2, 0 })
  vim.api.nvim_feedkeys('s', 'mx', false)
  T.matches(top_rows()[1], ' <module>  work%.py')
  T.equal(2 + vim.fn.match(top_rows(), ' hot '), vim.api.nvim_win_get_cursor(0)[1], 'the cursor stays on hot')
  vim.api.nvim_feedkeys(vim.keycode('<CR>'), 'mx', false)
  T.wait('the jump', function()
    return vim.api.nvim_get_current_buf() == bufnr and vim.api.nvim_win_get_cursor(0)[1] == 2
  end)
  vim.api.nvim_buf_delete(vim.fn.bufnr('hotlens://top'), { force = true })
end)

T.test('the lists have no machinery of import, whose time is its caller\'s', function()
  local find = '_find_and_load (<frozen importlib._bootstrap>:7)'
  local stacks = '<module> (%s:13);%s;hot (%s:5) 60\n<module> (%s:13);%s 40\n'
  T.write('imports.raw', stacks:format(path, find, path, path, find))
  require('hotlens.client').execute('load', { path = T.folder .. '/imports.raw', rate = 100 })
  T.wait('the run', function()
    return (require('hotlens.status').summary() or ''):find('imports.raw', 1, true)
  end)
  vim.cmd('Hotlens top')
  T.wait('two rows', function()
    local rows = top_rows()
    return #rows == 2 and rows[1]:find('60%% .* 60%%  hot  ') and rows[2]:find('40%% .* 100%%  <module>  ')
  end)
  T.offered = nil
  T.choose = function() end
  vim.cmd('Hotlens functions')
  T.wait('what is offered', function()
    return T.offered
  end)
  T.equal(2, #T.offered)
  T.matches(T.offered[2], '40%% own +100%% total  <module>')
  vim.api.nvim_buf_delete(vim.fn.bufnr('hotlens://top'), { force = true })
end)

T.test('a recording in a terminal', function()
  T.notices = {}
  vim.cmd('Hotlens profile')
  local terminal = T.wait('the terminal', T.terminal)
  T.equal(bufnr, vim.api.nvim_get_current_buf(), 'the cursor stays in the code')
  T.matches(require('hotlens').statusline(), 'terminal')
  T.wait('its output', function()
    return select(2, T.terminal()):find('burning')
  end)
  local before = require('hotlens.marks').answer(bufnr).run.id
  T.wait('the new run', function()
    local answer = require('hotlens.marks').answer(bufnr)
    return answer and answer.run.id > before
  end)
  vim.api.nvim_buf_delete(terminal, { force = true })
end)

-- Until the program that a terminal records has been looked at for a while of its own time.
local function wait_for_samples()
  local program, since
  T.wait('py-spy', function()
    for _, pid in ipairs(T.processes_below(vim.fn.getpid())) do
      local process = vim.api.nvim_get_proc(pid) or {}
      if process.name and process.name:find('^py%-spy') then
        return true
      end
      local command = io.open(('/proc/%d/cmdline'):format(pid))
      local text = command and command:read('a') or ''
      if command then
        command:close()
      end
      program = text:find('^%S*python') and pid or program
    end
  end)
  T.wait('samples', function()
    local seconds = T.cpu_of(program)
    since = since or seconds
    return seconds and seconds > since + 1
  end)
end

T.test('Ctrl+C by :Hotlens stop ends what runs in a terminal', function()
  local long, marker = T.burner('terminal.py', 600)
  vim.cmd.edit(long)
  T.client()
  vim.cmd('Hotlens profile')
  local terminal = T.wait('its output', function()
    local buffer, text = T.terminal()
    return buffer and text:find('burning') and buffer
  end)
  wait_for_samples()
  vim.cmd('Hotlens stop')
  T.wait('finally', function()
    return vim.uv.fs_stat(marker)
  end)
  T.wait('its run', function()
    return hint(5)
  end)
  vim.api.nvim_buf_delete(terminal, { force = true })
end)

T.test('attach to a process from the list: the list of hot functions is live; detach', function()
  local other = T.burner('other.py', 600)
  local process = vim.system({ 'python3', other })
  vim.cmd.edit(other)
  local code = vim.api.nvim_get_current_buf()
  T.client()
  T.choose = function(titles)
    for index, title in ipairs(titles) do
      if vim.startswith(title, process.pid .. ' ') then
        return index
      end
    end
  end
  vim.cmd('Hotlens attach')
  T.wait('live numbers', function()
    local answer = require('hotlens.marks').answer(vim.api.nvim_get_current_buf())
    return answer and answer.live and hint(5)
  end)
  vim.cmd('Hotlens top')
  local first = T.wait('the live list', function()
    return (top_rows()[1] or ''):find(' hot  other.py:2', 1, true) and vim.wo.statusline:find('●') and top_rows()[1]
  end)
  T.wait('other numbers without a key', function()
    return top_rows()[1] ~= first and top_rows()[1]:find(' hot  other.py:2', 1, true)
  end)
  vim.cmd('close')
  T.equal(code, vim.api.nvim_get_current_buf())
  vim.cmd('Hotlens flame')
  local view = T.wait('the live flame graph', function()
    local flame = require('hotlens.flame').view()
    return flame and flame.answer and flame.answer.live and flame
  end)
  local samples = view.answer.samples
  T.wait('a bigger one without a key', function()
    return view.answer.samples > samples and vim.wo.statusline:find('●')
  end)
  T.equal('hot', table.concat(vim.api.nvim_buf_get_lines(view.bufnr, -2, -1, false)):match('^%w+'))
  vim.cmd('close')
  vim.cmd('Hotlens stop')
  T.wait('the end', function()
    return next(recordings()) == nil
  end)
  T.truthy(not process:is_closing(), 'the program')
  vim.cmd('Hotlens! top')
  T.wait('hotlens top of the chosen one', function()
    local _, text = T.terminal()
    return text and text:find(' hot  ', 1, true) and text:find('%d s')
  end)
  T.equal('Watch which process?', T.prompt)
  T.equal('terminal', vim.bo.buftype, 'its keys are at hand')
  vim.cmd('stopinsert')
  vim.api.nvim_buf_delete(T.terminal(), { force = true })
  process:kill('sigkill')
  process:wait()
end)

T.test('runs are offered, the chosen one is shown', function()
  vim.api.nvim_set_current_buf(bufnr)
  local wanted
  T.choose = function(titles)
    for index, title in ipairs(titles) do
      wanted = tonumber(title:match('^(%d+) work%.py'))
      if wanted then
        return index
      end
    end
  end
  vim.cmd('Hotlens runs')
  T.wait('the run', function()
    local answer = require('hotlens.marks').answer(bufnr)
    return answer and answer.run.id == wanted
  end)
end)

T.test('export writes a file', function()
  T.notices = {}
  vim.cmd('Hotlens export collapsed ' .. T.folder .. '/out.collapsed')
  T.wait('the file', function()
    return vim.uv.fs_stat(T.folder .. '/out.collapsed')
  end)
end)

T.test('a profile of files that are not here', function()
  T.write('gone.collapsed', 'main (/nowhere/gone.py:3);slow (/nowhere/gone.py:9) 100\n')
  vim.cmd('Hotlens load ' .. T.folder .. '/gone.collapsed')
  T.wait('the run', function()
    return require('hotlens').statusline():find('gone', 1, true)
  end)
  T.wait('no hints of another run', function()
    return not hint(5)
  end)
  T.notices = {}
  vim.cmd('Hotlens lines')
  T.wait('the message', function()
    return heard('not here')
  end)
  T.choose = function()
    return 1
  end
  vim.cmd('Hotlens functions')
  T.wait('the message', function()
    return heard('gone%.py')
  end)
end)

T.test('wrong words are answered', function()
  T.notices = {}
  vim.cmd('Hotlens nonsense')
  vim.cmd('Hotlens heat warm')
  vim.cmd('Hotlens attach me')
  vim.cmd('Hotlens top you')
  T.wait('the messages', function()
    return heard('no such command: nonsense') and heard('not "warm"') and heard('not "me"') and heard('not "you"')
  end)
  T.notices = {}
  vim.cmd('Hotlens attach 999999999')
  T.wait('the message', function()
    return heard('999999999')
  end)
end)

T.test('wrong options are answered', function()
  local problems = require('hotlens.config').apply({ heat = 'warm', hint = true, keys = 1, flame = { x = 1 } })
  table.sort(problems)
  T.equal(4, #problems)
  T.matches(table.concat(problems, '\n'), 'no option is called flame%.x')
end)

T.test('nothing was complained about', function()
  T.equal({}, T.log_errors())
end)
T.finish()
