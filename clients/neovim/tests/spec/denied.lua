-- As a user who may not look into the process HOTLENS_TEST_PID.
local T = dofile(os.getenv('HOTLENS_TEST_SOURCE') .. '/clients/neovim/tests/helper.lua')
T.listen()
T.choose = function() end
local pid = assert(os.getenv('HOTLENS_TEST_PID'))
vim.cmd.edit((T.burner('work.py', 1)))
T.client()

T.test('permission denied: said, with what helps', function()
  vim.cmd('Hotlens attach ' .. pid)
  local notice = T.wait('the message', function()
    return T.notices[1]
  end)
  T.truthy(notice.level >= vim.log.levels.WARN, 'a warning')
  T.matches(notice.text, 'not allowed')
  T.matches(notice.text, 'sudo')
end)

T.test('the list says what may not be recorded', function()
  vim.cmd('Hotlens attach')
  T.wait('the list', function()
    return T.offered
  end)
  local text = assert(vim.iter(T.offered):find(function(text)
    return vim.startswith(text, pid .. ' ')
  end), 'the process is in the list')
  T.matches(text, 'may not be recorded')
end)

T.finish()
