package privatepg

// Abandon drops the locks of a server as the kernel does when a process ends.
func Abandon(s *Server) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.users.close()
	s.users = nil
}
