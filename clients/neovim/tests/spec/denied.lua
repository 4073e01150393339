-- As a user who may not look into the process HOTLENS_TEST_PID.
local T = dofile(os.getenv('HOTLENS_TEST_SOURCE') .. '/clients/neovim/tests/helper.lua')
local notices = {}
vim.notify = function(text, level)
  table.insert(notices, { text = text, level = level })
end
local offered
vim.ui.select = function(items, options, done)
  offered = vim.tbl_map(options.format_item, items)
  done(nil)
end
local pid = assert(os.getenv('HOTLENS_TEST_PID'))
vim.cmd.edit((T.burner('work.py', 1)))
T.client()

T.test('permission denied: said, with what helps', function()
  vim.cmd('Hotlens attach ' .. pid)
  local notice = T.wait('the message', function()
    return notices[1]
  end)
  T.truthy(notice.level >= vim.log.levels.WARN, 'a warning')
  T.matches(notice.text, 'not allowed')
  T.matches(notice.text, 'sudo')
end)

T.test('the list says what may not be recorded', function()
  vim.cmd('Hotlens attach')
  T.wait('the list', function()
    return offered
  end)
  for _, text in ipairs(offered) do
    if vim.startswith(text, pid .. ' ') then
      T.matches(text, 'may not be recorded')
    end
  end
end)

T.finish()
