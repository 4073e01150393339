---@meta luv
-- What the plugin uses of libuv; Neovim ships no annotations of it.

---@class uv.uv_timer_t
local timer = {}

---@param timeout integer milliseconds
---@param again integer milliseconds
---@param callback fun()
function timer:start(timeout, again, callback) end

function timer:close() end

---@return boolean
function timer:is_closing() end

---@class uv
local uv = {}

---@return uv.uv_timer_t?
---@return string? error
function uv.new_timer() end

---@param path string
---@return string?
function uv.fs_realpath(path) end

---@param path string
---@return table?
function uv.fs_stat(path) end
return uv
