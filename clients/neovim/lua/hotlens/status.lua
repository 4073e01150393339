--- What is recorded and shown, for a status line.
local M = {}

---@type table<integer, table> recordings that go on, by id
M.recordings = {}
---@type table[] what is shown, by folder
M.shown = {}
local terminals = 0

function M.update()
  vim.cmd.redrawstatus({ bang = true })
end

function M.reset()
  M.recordings = {}
  M.shown = {}
  M.update()
end

function M.on_did_change(result)
  M.shown = result.shown
  M.update()
end

function M.on_recording(result)
  M.recordings[result.id] = result.state ~= 'ended' and result or nil
  M.update()
  vim.api.nvim_exec_autocmds('User', { pattern = 'HotlensRecording', data = result, modeline = false })
end

--- Whether what a folder shows is still being recorded.
---@param folder string?
---@return boolean
function M.is_live(folder)
  for _, shown in ipairs(M.shown) do
    if shown.live and (not folder or shown.folder == folder) then
      return true
    end
  end
  return false
end

--- What a folder shows, in one line.
---@param folder string?
---@return string?
function M.summary(folder)
  for _, shown in ipairs(M.shown) do
    if not folder or shown.folder == folder then
      return shown.summary
    end
  end
end

---@param change integer 1 or -1
function M.count_terminal(change)
  terminals = terminals + change
  M.update()
end

---@return string
function M.text()
  local parts = {}
  for _, recording in pairs(M.recordings) do
    table.insert(parts, ('● %s %s'):format(recording.title, recording.message or ''))
  end
  if terminals > 0 then
    table.insert(parts, terminals == 1 and '● recording in a terminal' or ('● %d terminals'):format(terminals))
  end
  if #parts == 0 then
    for _, shown in ipairs(M.shown) do
      local focus = shown.focus ~= vim.NIL and shown.focus
      table.insert(parts, shown.title .. (focus and (' · focus on ' .. focus) or ''))
    end
  end
  return table.concat(parts, ', ')
end

return M
