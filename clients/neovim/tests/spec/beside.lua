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

T.test('hints of both are right', function()
  T.wait('hints of basedpyright', function()
    return hints('basedpyright')[14]
  end)
  local client = T.client()
  client:exec_cmd({ title = 'profile', command = 'hotlens.profileFile' }, { bufnr = 0 })
  T.wait('our hint', function()
    return hints('hotlens')[5]
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
