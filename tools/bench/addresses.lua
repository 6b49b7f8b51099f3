-- SPDX-License-Identifier: GPL-2.0-only
-- For wrk: each thread has a destination of its own.
local last = 0

function setup(thread)
	last = last + 1
	thread.addr = wrk.lookup("203.0.113." .. last, 8080)[1]
end
