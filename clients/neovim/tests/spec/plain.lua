-- Neovim's own client with the configuration that docs/editors/neovim.md begins with.
local T = dofile(os.getenv('HOTLENS_TEST_SOURCE') .. '/clients/neovim/tests/helper.lua')
local progress = {}
vim.api.nvim_create_autocmd('LspProgress', {
  callback = function(args)
    table.insert(progress, args.data.params.value)
  end,
})

local function count(kind)
  return #vim.tbl_filter(function(value)
    return value.kind == kind
  end, progress)
end

local function act(kind, title)
  vim.lsp.buf.code_action({
    context = { only = { kind }, diagnostics = {} },
    apply = true,
    filter = function(action)
      return action.title:find(title, 1, true) ~= nil
    end,
  })
end

local function hints()
  local found = {}
  for _, item in ipairs(vim.lsp.inlay_hint.get({ bufnr = 0 })) do
    local label = item.inlay_hint.label
    found[item.inlay_hint.position.line + 1] = label
  end
  return found
end

local path = T.burner('work.py', 2.5)
vim.cmd.edit(path)

T.test('the server attaches', function()
  local client = T.client()
  T.equal('utf-16', client.offset_encoding)
  T.truthy(client.server_capabilities.hoverProvider, 'hoverProvider')
end)

T.test('the code action profiles with py-spy, and progress is seen', function()
  act('source.hotlens.profile', 'Profile File')
  T.wait('the beginning', function()
    return count('begin') == 1
  end)
  T.wait('the end', function()
    return count('end') == 1
  end)
  T.truthy(count('report') > 0, 'reports')
end)

T.test('hints stand at the ends of hot lines', function()
  T.wait('a hint on line 5', function()
    return hints()[5]
  end)
  T.matches(hints()[5], '%d s · [<>]?%d')
  T.truthy(not hints()[3], 'no hint on a cold line')
end)

T.test('lenses stand on functions, and the run on line 1', function()
  local lenses = T.wait('lenses', function()
    local all = {}
    for _, lens in ipairs(vim.lsp.codelens.get(0)) do
      local line = lens.range.start.line + 1
      all[line] = (all[line] or '') .. (lens.command and lens.command.title or '')
    end
    return all[2] and all[2]:find('total', 1, true) and all
  end)
  T.matches(lenses[2], '%d s total %(')
  T.matches(lenses[1], 'work%.py')
end)

T.test('hover says more', function()
  vim.api.nvim_win_set_cursor(0, { 5, 10 })
  vim.lsp.buf.hover()
  local text = T.wait('a window', function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then
        return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), '\n')
      end
    end
  end)
  T.matches(text, 'sample')
  vim.cmd('fclose!')
end)

T.test('hints move with edits', function()
  vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# one', '# two' })
  T.wait('the hint on line 7', function()
    return hints()[7] and not hints()[5]
  end)
  vim.api.nvim_buf_set_lines(0, 6, 7, false, { '        total += sum(range(2001))' })
  T.wait('no hint on the changed line', function()
    return not hints()[7]
  end)
  vim.cmd('silent undo | silent undo')
  vim.cmd('edit!')
end)

T.test('the code action stops, the program ends its finally', function()
  local long, marker = T.burner('long.py', 600)
  vim.cmd.edit(long)
  T.client()
  local begun, ended = count('begin'), count('end')
  act('source.hotlens.profile', 'Profile File')
  T.wait('samples', function()
    local last = progress[#progress]
    return count('begin') > begun and last.message and last.message:find('sample') and last
  end)
  act('source.hotlens.stop', 'Stop program')
  T.wait('the end', function()
    return count('end') > ended
  end)
  T.truthy(vim.uv.fs_stat(marker), 'the marker of finally')
  T.wait('a hint', function()
    return hints()[5]
  end)
end)

T.test('attaching leaves the program running', function()
  local other = T.burner('other.py', 600)
  local process = vim.system({ 'python3', other })
  vim.cmd.edit(other)
  local client = T.client()
  local begun, ended = count('begin'), count('end')
  local command = { title = 'attach', command = 'hotlens.attach', arguments = { { pid = process.pid } } }
  client:exec_cmd(command, { bufnr = 0 })
  T.wait('live hints', function()
    return count('begin') > begun and hints()[5]
  end)
  act('source.hotlens.stop', 'Detach')
  T.wait('the end', function()
    return count('end') > ended
  end)
  T.truthy(not process:is_closing(), 'the program')
  process:kill('sigkill')
  process:wait()
end)

T.test('nothing was complained about', T.no_errors)
T.finish()
