-- Neovim's own client, and basedpyright on the same buffer.
local T = dofile(os.getenv('HOTLENS_TEST_SOURCE') .. '/clients/neovim/tests/helper.lua')
vim.lsp.config('basedpyright', {
  cmd = { 'node', os.getenv('BASEDPYRIGHT'), '--stdio' },
  filetypes = { 'python' },
  settings = { basedpyright = { analysis = { inlayHints = { variableTypes = true } } } },
})
vim.lsp.enable('basedpyright')

local function hints(name)
  local found = {}
  for _, item in ipairs(vim.lsp.inlay_hint.get({ bufnr = 0 })) do
    if vim.lsp.get_client_by_id(item.client_id).name == name then
      local label = item.inlay_hint.label
      label = type(label) == 'string' and label or label[1].value
      found[item.inlay_hint.position.line + 1] = label
    end
  end
  return found
end

local path = T.burner('work.py', 1.5)
vim.cmd.edit(path)

T.test('both servers attach to one buffer', function()
  T.client()
  T.wait('basedpyright', function()
    local client = vim.lsp.get_clients({ name = 'basedpyright', bufnr = 0 })[1]
    return client and client.initialized
  end)
end)

-- What the server answers when the recording is over: before that numbers come and grow, of a run without a number.
local function final_hints()
  local client = T.client()
  local lines = client:request_sync('hotlens/lines', { uri = vim.uri_from_bufnr(0) }, 10000, 0)
  local run = lines and lines.result and lines.result.run
  if type(run) ~= 'table' or run.id == 0 then
    return nil
  end
  local all = { start = { line = 0, character = 0 }, ['end'] = { line = 99, character = 0 } }
  local question = { textDocument = vim.lsp.util.make_text_document_params(0), range = all }
  local found = {}
  for _, hint in ipairs(client:request_sync('textDocument/inlayHint', question, 10000, 0).result or {}) do
    found[hint.position.line + 1] = hint.label
  end
  return found[5] and found
end

T.test('hints of both are right', function()
  T.wait('hints of basedpyright', function()
    return hints('basedpyright')[14]
  end)
  local client = T.client()
  client:exec_cmd({ title = 'profile', command = 'hotlens.profileFile' }, { bufnr = 0 })
  local final = T.wait('the end of the recording', final_hints)
  T.wait('our hints', function()
    return vim.deep_equal(hints('hotlens'), final)
  end)
  T.matches(hints('hotlens')[5], '%d s · [<>]?%d')
  T.matches(hints('basedpyright')[14], 'float')
end)

T.test('hover shows what both say', function()
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
  T.matches(text, 'total: int')
  T.truthy(vim.api.nvim_win_get_config(0).relative == '', 'the cursor is still in the code')
  vim.cmd('fclose!')
end)

-- Line by line: how many lines have a hint is for chance to say.
local function moved_down(before)
  local after = {}
  for line, label in pairs(before) do
    after[line + 1] = label
  end
  return after
end

T.test('both follow an edit', function()
  local wanted = moved_down(hints('hotlens'))
  T.truthy(wanted[6], 'the hint of before')
  vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# one' })
  T.wait('both moved', function()
    return hints('basedpyright')[15] and vim.deep_equal(hints('hotlens'), wanted)
  end)
end)

T.test('nothing was complained about', T.no_errors)
T.finish()
