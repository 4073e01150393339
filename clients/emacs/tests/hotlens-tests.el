;;; hotlens-tests.el --- The client with the real server and py-spy  -*- lexical-binding: t; -*-

;;; Commentary:

;; Every test runs the real server; most record a real program.  No test waits on the command loop:
;; `support-client' makes any synchronous request an error.

;;; Code:

(require 'hotlens)
(require 'python)
(require 'support)

(defvar support-said nil
  "What the client said, newest first.")

(defvar support-blocked nil
  "Synchronous requests that were made.")

(defun support-said-p (regexp)
  "Whether the client said something that matches REGEXP."
  (cl-find-if (lambda (text) (string-match-p regexp text)) support-said))

(defmacro support-client (&rest body)
  "Run BODY in a folder of its own with `hot.py', which `path' is; then end the servers.
Fails if anything asked a server and waited."
  (declare (indent 0) (debug t))
  `(support-with-folder
     (let* ((hotlens--connections nil)
            (hotlens--progress nil)
            (hotlens-terminal nil)
            (support-said nil)
            (support-blocked nil)
            (inhibit-message t)
            (path (support-write "hot.py" support-program))
            (say (lambda (format &rest arguments)
                   (push (apply (function format) format arguments) support-said)
                   (princ (format "said: %s\n" (car support-said)) #'external-debugging-output))))
       (ignore path)
       (advice-add 'hotlens--log :before say)
       (cl-letf (((symbol-function 'jsonrpc-request)
                  (lambda (_connection method &rest _)
                    (push method support-blocked)
                    (error "A synchronous request: %s" method))))
         (unwind-protect
             (progn ,@body
                    (should-not support-blocked))
           (advice-remove 'hotlens--log say)
           (support-end-servers))))))

(defun support-end-servers ()
  "End all servers and wait for their processes."
  (let ((processes (mapcar (lambda (entry) (jsonrpc--process (cdr entry))) hotlens--connections)))
    (hotlens-disconnect)
    (dolist (process processes)
      (support-wait "the end of a server" (lambda () (not (process-live-p process))) 20))))

(defun support-visit (path)
  "Visit PATH with `hotlens-mode' on."
  (find-file path)
  (hotlens-mode 1)
  (should hotlens-mode)
  (support-wait "the server" (lambda () (hotlens-connection-ready hotlens--connected)) 20))

(defun support-seen ()
  "The file and the line that the user sees in the selected window."
  (with-current-buffer (window-buffer)
    (cons buffer-file-name (line-number-at-pos (window-point)))))

(defun support-overlays (kind)
  "The overlays of KIND, by place."
  (sort (cl-remove-if-not (lambda (overlay) (eq kind (overlay-get overlay 'hotlens)))
                          (overlays-in (point-min) (point-max)))
        (lambda (a b) (< (overlay-start a) (overlay-start b)))))

(defun support-hints ()
  "The hints of this buffer: (LINE . TEXT)."
  (mapcar (lambda (overlay)
            (cons (line-number-at-pos (overlay-end overlay))
                  (substring-no-properties (overlay-get overlay 'after-string))))
          (support-overlays 'hint)))

(defun support-lenses ()
  "The lenses of this buffer: (LINE . TEXT)."
  (mapcar (lambda (overlay)
            (cons (line-number-at-pos (overlay-start overlay))
                  (substring-no-properties (overlay-get overlay 'before-string))))
          (support-overlays 'lens)))

(defun support-profile ()
  "Profile the file of this buffer and wait for its hints."
  (hotlens-profile-file)
  (support-wait "the end of the recording"
                (lambda () (support-said-p "hot.py · .* samples")))
  (support-wait "hints" #'support-hints))

(defmacro support-busy (seconds &rest body)
  "Run BODY; the program is busy for SECONDS."
  (declare (indent 1))
  `(let ((process-environment (cons (format "SECONDS_BUSY=%s" ,seconds) process-environment)))
     ,@body))

;;; The way of a user

(ert-deftest hotlens-profiles-a-file ()
  "Hints, lenses and heat appear, and nothing of the buffer is changed."
  (support-client
    (support-visit path)
    (let ((text (buffer-string))
          (undo buffer-undo-list)
          (tick (buffer-chars-modified-tick)))
      (support-profile)
      (support-wait "lenses" (lambda () (assoc 6 (support-lenses))))
      (should (string-match-p "[0-9.]+ s total ([<>]?[0-9.]+%)" (alist-get 6 (support-lenses))))
      (should (string-match-p "hot.py · " (alist-get 1 (support-lenses))))
      (should (cl-find-if (lambda (lens) (string-match-p "▶ Profile" (cdr lens)))
                          (support-lenses)))
      (should (cl-intersection support-loop-lines (mapcar #'car (support-hints))))
      (should (support-overlays 'heat))
      (should (equal text (buffer-string)))
      (should (equal tick (buffer-chars-modified-tick)))
      (should (eq undo buffer-undo-list))
      (should-not (buffer-modified-p))
      (hotlens-hints-mode -1)
      (should-not (append (support-hints) (support-lenses) (support-overlays 'heat)))
      (should-not (buffer-modified-p))
      (hotlens-hints-mode 1)
      (support-wait "hints again" #'support-hints))))

(ert-deftest hotlens-hints-move-with-edits ()
  "Hints stay with their lines; that of an edited line goes at once, and comes back with its text."
  (support-client
    (support-visit path)
    (support-profile)
    (let* ((hints (support-hints))
           (hot (caar (last hints))))
      (goto-char (point-min))
      (insert "# 😀 ä\n\n")
      (should (equal (support-hints)
                     (mapcar (lambda (hint) (cons (+ 2 (car hint)) (cdr hint))) hints)))
      (support-wait "the server to know" (lambda () (not hotlens--changes)))
      (support-wait "the same hints again"
                    (lambda () (equal hotlens--document-version
                                      (plist-get hotlens--answer :version))))
      (should (equal (support-hints)
                     (mapcar (lambda (hint) (cons (+ 2 (car hint)) (cdr hint))) hints)))
      (goto-char (point-min))
      (forward-line (1+ hot))
      (goto-char (pos-eol))
      (insert "\n")
      (should (assoc (+ 2 hot) (support-hints)))
      (delete-char -1)
      (insert "  # x")
      (should-not (assoc (+ 2 hot) (support-hints)))
      (delete-char -5)
      (support-wait "its hint" (lambda () (assoc (+ 2 hot) (support-hints))))
      (set-buffer-modified-p nil))))

(ert-deftest hotlens-copies-every-edit ()
  "After random edits with characters of all widths the server's text is that of the buffer."
  (support-client
    (support-visit path)
    (support-profile)
    (random "hotlens")
    (let ((words ["x" "é" "😀" "\n" "漢字" "a😀\nb" "" "e\u0301" "\t"])
          (marker "MARK"))
      (ignore marker)
      (dotimes (_ 300)
        (goto-char (+ 1 (random (buffer-size))))
        (pcase (random 6)
          (0 (delete-region (point) (min (point-max) (+ (point) (random 12)))))
          (1 (upcase-region (point) (min (point-max) (+ (point) 5))))
          (2 (ignore-errors (transpose-lines 1)))
          (3 (subst-char-in-region (point) (min (point-max) (+ (point) 20)) ?s ?z))
          (_ (insert (aref words (random (length words))))))
        (when (zerop (random 10))
          (hotlens--send-changes)))
      ;; The text of the program at the end: hints come back only if the server's copy is exact.
      (goto-char (point-max))
      (insert "\n" support-program)
      (delete-region (point-min) (save-excursion (search-backward "import os\n") (point)))
      (let ((text (buffer-string)))
        (should (equal text support-program))
        (support-wait "hints of the exact text"
                      (lambda ()
                        (and (not hotlens--changes)
                             (equal hotlens--document-version
                                    (plist-get hotlens--answer :version))
                             (zerop (plist-get hotlens--answer :lost))
                             (support-hints)))))
      (set-buffer-modified-p nil))))

(ert-deftest hotlens-positions-are-utf-16 ()
  "Positions count UTF-16 units, and bytes that are no text are one each."
  (with-temp-buffer
    (insert "aé😀漢b\n😀😀x")
    (should (equal (hotlens--position (point-min)) '(:line 0 :character 0)))
    (should (equal (hotlens--position (+ (point-min) 5)) '(:line 0 :character 6)))
    (should (equal (hotlens--position (point-max)) '(:line 1 :character 5)))
    (narrow-to-region 4 (point-max))
    (should (equal (hotlens--position (point-max)) '(:line 1 :character 5))))
  (with-temp-buffer
    (insert "a" (decode-coding-string "\377\376" 'utf-8) "b")
    (should (equal (hotlens--whole-text) "a\ufffd\ufffdb"))
    (should (equal (hotlens--position (point-max)) '(:line 0 :character 4)))
    (should (json-serialize (list :text (hotlens--whole-text)))))
  (with-temp-buffer
    (set-buffer-multibyte nil)
    (insert "a\344b")
    (should (equal (hotlens--whole-text) "a\ufffdb"))))

(ert-deftest hotlens-stops-a-program ()
  "Stopping keeps what was seen, and the program ends."
  (support-client
    (support-busy 600
      (support-visit path)
      (hotlens-profile-file)
      (let ((pid (support-wait "the program" (lambda () (support-program-pid path)))))
        (support-wait "live numbers" #'support-hints)
        (support-wait "a lens that stops"
                      (lambda () (cl-find-if (lambda (lens) (string-match-p "■ Stop" (cdr lens)))
                                             (support-lenses))))
        (should (string-match-p "Profiling hot.py" (hotlens--progress-text)))
        (hotlens-stop)
        (support-wait "the end" (lambda () (not (support-alive-p pid))))
        (support-wait "the run" (lambda () (support-said-p "hot.py · .* samples")))
        (support-wait "hints" #'support-hints)
        (support-wait "nothing going on" (lambda () (null hotlens--progress)))))))

(ert-deftest hotlens-attaches ()
  "A running program is chosen, and goes on when the recording stops."
  (support-client
    (support-busy 600
      (support-visit path)
      (let* ((program (start-process "hot" nil "python3" path))
             (pid (process-id program)))
        (unwind-protect
            (cl-letf (((symbol-function 'completing-read)
                       (lambda (_prompt collection &rest _)
                         (cl-find-if (lambda (name) (string-prefix-p (format "%d " pid) name))
                                     (all-completions "" collection)))))
              (support-wait "the program" (lambda () (support-program-pid path)))
              (hotlens-attach)
              (support-wait "live numbers" #'support-hints)
              (hotlens-stop)
              (support-wait "the run" (lambda () (support-said-p " samples")))
              (should (process-live-p program)))
          (delete-process program))))))

(ert-deftest hotlens-records-in-a-terminal ()
  "The program runs in a comint buffer, reads from there, and its run appears by itself."
  (support-client
    (setq hotlens-terminal 'comint)
    (let ((path (support-write "asks.py" (concat "print('seconds?', flush=True)\n"
                                                 "import os\nos.environ['SECONDS_BUSY'] = input()\n"
                                                 support-program))))
      (support-visit path)
      (hotlens-profile-file)
      (let ((terminal (support-wait "a terminal" (lambda () (car (hotlens--terminal-buffers))))))
        (with-current-buffer terminal
          (should (derived-mode-p 'comint-mode))
          (support-wait "the question"
                        (lambda () (string-match-p "seconds\\?" (buffer-string))))
          (goto-char (point-max))
          (insert "1.2")
          (comint-send-input))
        (support-wait "hints" #'support-hints)
        (support-wait "the end" (lambda () (null (hotlens--terminal-buffers))))
        (kill-buffer terminal)))))

(ert-deftest hotlens-records-in-a-compilation ()
  "The program runs in a compilation buffer."
  (support-client
    (setq hotlens-terminal 'compilation)
    (support-visit path)
    (hotlens-profile-file)
    (support-wait "hints" #'support-hints)
    (support-wait "the end" (lambda () (null (hotlens--terminal-buffers))))
    (with-current-buffer "*hotlens: hot.py*"
      (should (derived-mode-p 'compilation-mode))
      (kill-buffer))))

(ert-deftest hotlens-interrupts-a-terminal ()
  "Stopping is Ctrl+C in the terminal."
  (support-client
    (support-busy 600
      (setq hotlens-terminal 'comint)
      (support-visit path)
      (hotlens-profile-file)
      (let ((pid (support-wait "the program" (lambda () (support-program-pid path))))
            (terminal (car (hotlens--terminal-buffers))))
        (accept-process-output nil 1.5)
        (hotlens-stop)
        (support-wait "the end" (lambda () (not (support-alive-p pid))))
        (support-wait "hints" #'support-hints)
        (kill-buffer terminal)))))

(ert-deftest hotlens-again-load-export ()
  "A run is made again, written to a file, and a file is shown."
  (support-client
    (support-visit path)
    (support-profile)
    (setq support-said nil)
    (hotlens-profile-again)
    (support-wait "the second run" (lambda () (support-said-p "hot.py · .* samples")))
    (let ((file (expand-file-name "out.raw" support-folder)))
      (hotlens-export "raw" file)
      (support-wait "the file" (lambda () (file-exists-p file)))
      (support-wait "its message" (lambda () (support-said-p "Exported")))
      (hotlens-load file)
      (support-wait "the profile that was loaded"
                    (lambda () (cl-find-if (lambda (lens) (string-match-p "out.raw" (cdr lens)))
                                           (support-lenses)))))))

(ert-deftest hotlens-focuses ()
  "A focus changes the numbers of the code until it is cleared."
  (support-client
    (support-visit path)
    (support-profile)
    (goto-char (point-min))
    (re-search-forward "count = 0")
    (hotlens-focus)
    (support-wait "the focus" (lambda () (plist-get hotlens--answer :focus)))
    (should (string-match-p "busy" (plist-get hotlens--answer :focus)))
    (hotlens-clear-focus)
    (support-wait "no focus" (lambda () (null (plist-get hotlens--answer :focus))))))

(ert-deftest hotlens-walks-hot-lines ()
  "The hottest line is in the loop; the next and previous ones are found."
  (support-client
    (support-visit path)
    (support-profile)
    (hotlens-hottest-line)
    (should (memql (line-number-at-pos) support-loop-lines))
    (goto-char (point-min))
    (hotlens-next-hot-line)
    (should (= (line-number-at-pos) (caar (support-hints))))
    (hotlens-next-hot-line)
    (hotlens-previous-hot-line)
    (should (= (line-number-at-pos) (caar (support-hints))))
    (should-error (hotlens-previous-hot-line) :type 'user-error)))

(ert-deftest hotlens-doctor-tells ()
  "The report is shown."
  (support-client
    (support-visit path)
    (hotlens-doctor)
    (let ((buffer (support-wait "the report" (lambda () (get-buffer "doctor.txt")))))
      (should (string-match-p "py-spy" (with-current-buffer buffer (buffer-string)))))))

;;; Beside others

(defvar eglot-server-programs)
(declare-function eglot-ensure "eglot")
(declare-function eglot-current-server "eglot")
(declare-function eglot-shutdown "eglot")

(ert-deftest hotlens-works-beside-eglot ()
  "Eglot serves the same buffer with a server of its own; neither disturbs the other."
  (skip-unless (executable-find "pylsp"))
  (support-with-folder
    (require 'eglot)
    (let* ((eglot-server-programs '((python-mode . ("pylsp"))))
           (eglot-sync-connect 60)
           (hotlens--connections nil)
           (hotlens-terminal nil)
           (inhibit-message t)
           (path (support-write "hot.py" (concat support-program "\nbusy\n"))))
      (find-file path)
      (hotlens-mode 1)
      (apply #'eglot--connect (eglot--guess-contact))
      (support-wait "both servers" (lambda () (and (eglot-current-server) hotlens--connected
                                                   (hotlens-connection-ready
                                                    hotlens--connected))))
      (hotlens-profile-file)
      (support-wait "hints" #'support-hints)
      (goto-char (point-min))
      (insert "# ä😀\n")
      (goto-char (- (point-max) 2))
      (eglot--signal-textDocument/didChange)
      (should (string-match-p ":line 6"
                              (format "%S" (jsonrpc-request (eglot-current-server)
                                                            :textDocument/definition
                                                            (eglot--TextDocumentPositionParams)
                                                            :timeout 60))))
      (should (support-hints))
      (set-buffer-modified-p nil)
      (eglot-shutdown (eglot-current-server) nil 30)
      (should hotlens--connected)
      (support-end-servers))))

(defvar lsp-enabled-clients)
(defvar lsp-auto-guess-root)
(defvar lsp-enable-snippet)
(defvar lsp-session-file)
(defvar lsp-restart)
(declare-function lsp "lsp-mode")
(declare-function lsp-workspaces "lsp-mode")
(declare-function lsp-workspace-shutdown "lsp-mode")
(declare-function lsp-request "lsp-mode")
(declare-function lsp--workspace-status "lsp-mode")
(declare-function lsp--text-document-position-params "lsp-mode")

(ert-deftest hotlens-works-beside-lsp-mode ()
  "The same with lsp-mode: its server follows the edits, and so do the hints."
  (let ((packages (getenv "LSP_MODE")))
    (skip-unless (and packages (executable-find "pylsp")))
    (let ((load-path (append (directory-files packages t "\\`[a-z]") load-path)))
      (require 'lsp-mode)
      (require 'lsp-pylsp)
      (support-with-folder
        (let ((lsp-enabled-clients '(pylsp))
              (lsp-auto-guess-root t)
              (lsp-enable-snippet nil)
              (lsp-session-file (expand-file-name "session" support-folder))
              (lsp-restart 'ignore)
              (hotlens--connections nil)
              (hotlens-terminal nil)
              (inhibit-message t))
          (find-file (support-write "hot.py" (concat support-program "\nbusy\n")))
          (hotlens-mode 1)
          (lsp)
          (support-wait "both servers"
                        (lambda ()
                          (and (lsp-workspaces)
                               (eq 'initialized (lsp--workspace-status (car (lsp-workspaces))))
                               hotlens--connected
                               (hotlens-connection-ready hotlens--connected))))
          (hotlens-profile-file)
          (support-wait "hints" #'support-hints)
          (goto-char (point-min))
          (insert "# ä😀\n")
          (goto-char (- (point-max) 2))
          (should (string-match-p "\"line\":6"
                                  (json-encode (lsp-request
                                                "textDocument/definition"
                                                (lsp--text-document-position-params)))))
          (should (support-hints))
          (set-buffer-modified-p nil)
          (lsp-workspace-shutdown (car (lsp-workspaces)))
          (should hotlens--connected)
          (support-end-servers))))))

(ert-deftest hotlens-turns-itself-on ()
  "The global mode serves files of Python, and nothing else."
  (support-client
    (unwind-protect
        (progn
          (global-hotlens-mode 1)
          (find-file path)
          (should hotlens-mode)
          (find-file (support-write "notes.txt" "text"))
          (should-not (bound-and-true-p hotlens-mode))
          (with-temp-buffer
            (python-mode)
            (should-not (bound-and-true-p hotlens-mode))))
      (global-hotlens-mode -1))))

(ert-deftest hotlens-survives-reverts ()
  "A revert and a change of the major mode leave no overlay and no copy behind."
  (support-client
    (unwind-protect
        (progn
          (global-hotlens-mode 1)
          (support-visit path)
          (support-profile)
          (support-write "hot.py" (concat "# on disk\n" support-program))
          (revert-buffer t t)
          (should hotlens-mode)
          (support-wait "hints" #'support-hints)
          (should (cl-intersection (mapcar #'1+ support-loop-lines)
                                   (mapcar #'car (support-hints))))
          (text-mode)
          (should-not (overlays-in (point-min) (point-max)))
          (should-not hotlens--connected))
      (global-hotlens-mode -1))))

;;; Lists

(ert-deftest hotlens-lists ()
  "Runs, functions and lines are listed, sorted and walked."
  (support-client
    (support-visit path)
    (support-profile)
    (hotlens-runs)
    (support-wait "a run" (lambda () (with-current-buffer "*hotlens runs*"
                                       tabulated-list-entries)))
    (with-current-buffer "*hotlens runs*"
      (goto-char (point-min))
      (should (string-match-p "hot.py" (buffer-string)))
      (should (= 1 (hotlens--run-here)))
      (hotlens-runs-label "first")
      (hotlens-runs-pin)
      (support-wait "the label and the pin"
                    (lambda () (string-match-p "\\* first" (buffer-string))))
      (kill-buffer))
    (find-file path)
    (hotlens-functions)
    (support-wait "functions" (lambda () (with-current-buffer "*hotlens functions*"
                                           tabulated-list-entries)))
    (with-current-buffer "*hotlens functions*"
      (goto-char (point-min))
      (should (equal "busy" (plist-get (tabulated-list-get-id) :name)))
      (let ((texts (plist-get (tabulated-list-get-id) :texts)))
        (should (string-match-p " s\\'" (plist-get texts :self)))
        (should (equal (seq-take (append (tabulated-list-get-entry) nil) 4)
                       (mapcar (lambda (key) (plist-get texts key)) '(:self :selfShare :total :totalShare)))))
      (hotlens-list-visit)
      (support-wait "the code" (lambda () (equal (support-seen) (cons path 6))))
      (kill-buffer "*hotlens functions*"))
    (hotlens-hot-lines)
    (support-wait "lines" (lambda () (with-current-buffer "*hotlens lines*"
                                       tabulated-list-entries)))
    (let ((next-error-last-buffer (get-buffer "*hotlens lines*"))
          (path-buffer (get-file-buffer path)))
      (with-current-buffer path-buffer
        (goto-char (point-min)))
      (first-error)
      (support-wait "the first line" (lambda () (memql (cdr (support-seen)) support-loop-lines)))
      (let ((first (support-seen)))
        (should (equal (car first) path))
        (next-error)
        (support-wait "the second line" (lambda () (not (equal first (support-seen)))))
        (previous-error)
        (support-wait "the first line again" (lambda () (equal first (support-seen))))))
    (kill-buffer "*hotlens lines*")))

(ert-deftest hotlens-run-is-deleted ()
  "A run that is deleted leaves the list by itself."
  (support-client
    (support-visit path)
    (support-profile)
    (hotlens-runs)
    (support-wait "a run" (lambda () (with-current-buffer "*hotlens runs*"
                                       tabulated-list-entries)))
    (with-current-buffer "*hotlens runs*"
      (goto-char (point-min))
      (cl-letf (((symbol-function 'y-or-n-p) #'always)
                ((symbol-function 'completing-read)
                 (lambda (_prompt collection &rest _) (car (all-completions "" collection)))))
        (hotlens-runs-delete)
        (support-wait "no run" (lambda () (null tabulated-list-entries))))
      (kill-buffer))))

(ert-deftest hotlens-shows-text-that-is-gone ()
  "Of a file that no longer exists the text that ran is shown."
  (support-client
    (support-visit path)
    (support-profile)
    (let ((connection hotlens--connected))
      (set-buffer-modified-p nil)
      (kill-buffer)
      (delete-file path)
      (hotlens--visit connection 1 path 9)
      (let ((buffer (support-wait "its text" (lambda () (get-buffer "*hot.py of run 1*")))))
        (with-current-buffer buffer
          (should (equal (buffer-string) support-program))
          (should buffer-read-only)
          (kill-buffer)))
      (hotlens--visit connection 1 "/nowhere/at/all.py" 3)
      (support-wait "a message" (lambda () (support-said-p "/nowhere/at/all.py is not here"))))))

;;; Flame graphs

(defmacro support-flame (&rest body)
  "Run BODY in a flame graph of `hot.py'."
  (declare (indent 0))
  `(support-client
     (support-visit path)
     (support-profile)
     (hotlens-flamegraph)
     (unwind-protect
         (with-current-buffer "*hotlens flame graph*"
           (support-graph)
           ,@body)
       (kill-buffer "*hotlens flame graph*"))))

(defun support-graph ()
  "Wait for the graph that was asked for last."
  (support-wait "the graph" (lambda () (equal hotlens--flame-serial hotlens--flame-drawn))))

(defun support-jumped (path)
  "Wait until a window shows the function `busy' of PATH; return that."
  (support-wait "the code"
                (lambda ()
                  (let ((window (get-buffer-window (get-file-buffer path))))
                    (and window
                         (with-current-buffer (window-buffer window)
                           (<= 6 (line-number-at-pos (window-point window)) 11))
                         window)))))

(defun support-names ()
  "The names in the graph, row by row."
  (let (names)
    (hotlens--flame-map (lambda (cell _beg _end)
                          (push (plist-get (hotlens--flame-node cell) :name) names)))
    (nreverse names)))

(defun support-to (name)
  "Go to the first cell of NAME."
  (goto-char (point-min))
  (should (hotlens--flame-goto
           (lambda (cell) (equal name (plist-get (hotlens--flame-node cell) :name))))))

(ert-deftest hotlens-flame-is-drawn ()
  "Every row is as wide as the one above; faces, texts and the header are there."
  (support-flame
    (should (equal (car (support-names)) "(all)"))
    (should (member "busy" (support-names)))
    (goto-char (point-min))
    (should (= (string-width (buffer-substring (pos-bol) (pos-eol))) hotlens--flame-width))
    (let ((above hotlens--flame-width))
      (while (hotlens--flame-cell)
        (let ((width 0))
          (save-excursion
            (save-restriction
              (narrow-to-region (pos-bol) (pos-eol))
              (hotlens--flame-map (lambda (cell _beg _end)
                                    (cl-incf width (plist-get cell :width))))))
          (should (<= width above))
          (setq above width))
        (forward-line)))
    (support-to "busy")
    (should (facep (get-text-property (point) 'face)))
    (should (string-match-p "busy (hot.py:[0-9]+)  .* s total ([<>]?[0-9.]+%%) .* own · [0-9]+ ± [0-9]+ samples"
                            (hotlens--flame-header)))
    (should (string-match-p "hot.py" (hotlens--flame-status)))
    (should buffer-read-only)))

(ert-deftest hotlens-flame-moves-and-zooms ()
  "Keys go up, down and sideways; zoom, back and reset ask the server."
  (support-flame
    (goto-char (point-min))
    (let ((depth 0))
      (while (hotlens-flame-down)
        (setq depth (1+ depth)))
      (should (> depth 2))
      (dotimes (_ depth)
        (should (hotlens-flame-up)))
      (should-not (hotlens-flame-up)))
    (let ((all (support-names)))
      (support-to "main")
      (hotlens-flame-zoom)
      (support-graph)
      (should (equal (car (support-names)) "main"))
      (should (equal (plist-get (hotlens--flame-node-here) :name) "main"))
      (goto-char (point-min))
      (should (= (plist-get (hotlens--flame-cell) :width) hotlens--flame-width))
      (hotlens-flame-back)
      (support-graph)
      (should (equal all (support-names)))
      (should-error (hotlens-flame-back) :type 'user-error)
      (support-to "busy")
      (hotlens-flame-zoom)
      (support-graph)
      (hotlens-flame-reset)
      (support-graph)
      (should (equal all (support-names))))))

(ert-deftest hotlens-flame-says-what-is-drawn ()
  "While an answer is on its way, all that is said is of the graph that is seen."
  (support-flame
    (support-to "main")
    (hotlens-flame-zoom)
    (should-not (string-match-p "zoomed" (hotlens--flame-status)))
    (hotlens-flame-zoom)
    (support-graph)
    (should (string-match-p "zoomed" (hotlens--flame-status)))
    (hotlens-flame-back)
    (should (string-match-p "zoomed" (hotlens--flame-status)))
    (support-graph)
    (should-not (string-match-p "zoomed" (hotlens--flame-status)))
    (hotlens-flame-search "bus")
    (should-not (string-match-p "bus" (hotlens--flame-status)))
    (support-graph)
    (should (string-match-p "bus" (hotlens--flame-status)))))

(ert-deftest hotlens-flame-keeps-what-it-shows ()
  "A question that is refused changes nothing but the message."
  (support-flame
    (let ((all (support-names)))
      (hotlens--flame-set :view "sandwich" :function "no_such_function")
      (support-graph)
      (should (support-said-p "no_such_function"))
      (should (equal all (support-names)))
      (should-not (hotlens--flame-sandwich-p))
      (should-error (hotlens-flame-back) :type 'user-error)
      (hotlens-flame-invert)
      (support-graph)
      (should (equal "inverted" (plist-get hotlens--flame-graph :view))))))

(ert-deftest hotlens-flame-searches ()
  "Matches are marked and walked."
  (support-flame
    (hotlens-flame-search "BUS")
    (support-graph)
    (let ((marked (cl-count 'match (overlays-in (point-min) (point-max))
                            :key (lambda (overlay) (overlay-get overlay 'hotlens)))))
      (should (>= marked 1)))
    (goto-char (point-min))
    (hotlens-flame-next)
    (should (equal "busy" (plist-get (hotlens--flame-node-here) :name)))
    (should (string-match-p "“BUS”: " (hotlens--flame-status)))
    (hotlens-flame-search "no such")
    (support-graph)
    (should-error (hotlens-flame-next) :type 'user-error)
    (hotlens-flame-search "")
    (support-graph)
    (should-not (plist-get hotlens--flame-graph :match))))

(ert-deftest hotlens-flame-views ()
  "Inverted, sandwich and without threads."
  (support-flame
    (let ((all (support-names)))
      (hotlens-flame-invert)
      (support-graph)
      (should (equal "inverted" (plist-get hotlens--flame-graph :view)))
      (should (member "busy" (seq-take (support-names) 4)))
      (hotlens-flame-invert)
      (support-graph)
      (should (equal all (support-names)))
      (support-to "main")
      (hotlens-flame-sandwich)
      (support-graph)
      (let ((names (support-names)))
        (should (equal (seq-filter (lambda (name) (member name '("<module>" "main" "busy"))) names)
                       '("<module>" "main" "busy"))))
      (support-to "busy")
      (hotlens-flame-zoom)
      (support-graph)
      (should (member "main" (support-names)))
      (hotlens-flame-back)
      (support-graph)
      (should (equal all (support-names)))
      (hotlens-flame-threads)
      (support-graph)
      (should (equal (cadr (support-names)) "<module>")))))

(ert-deftest hotlens-flame-jumps ()
  "From a cell to its code, and from code to its cells."
  (support-flame
    (support-to "busy")
    (with-current-buffer (get-file-buffer path)
      (goto-char (point-min)))
    (hotlens-flame-jump)
    (let ((window (support-jumped path)))
      (with-current-buffer (window-buffer window)
        (goto-char (point-min))
        (re-search-forward "busy(float")
        (hotlens--flame-follow)))
    (let ((marked (seq-filter (lambda (overlay) (eq 'code (overlay-get overlay 'hotlens)))
                              (overlays-in (point-min) (point-max)))))
      (should (= 1 (length marked)))
      (should (equal "main" (plist-get (hotlens--flame-node
                                        (hotlens--flame-cell (overlay-start (car marked))))
                                       :name))))
    (support-to "busy")
    (hotlens-flame-focus)
    (with-current-buffer (get-file-buffer path)
      (support-wait "the focus in the code" (lambda () (plist-get hotlens--answer :focus))))
    (hotlens-flame-clear-focus)
    (with-current-buffer (get-file-buffer path)
      (support-wait "no focus" (lambda () (null (plist-get hotlens--answer :focus)))))))

(ert-deftest hotlens-flame-jumps-through-edits ()
  "A jump goes to where the recorded line is now; a line that is gone says so."
  (support-flame
    (let ((buffer (get-file-buffer path))
          (cell-line 0))
      (cl-flet ((shown ()
                  (let ((window (get-buffer-window buffer)))
                    (and window
                         (with-current-buffer buffer
                           (save-excursion
                             (goto-char (window-point window))
                             (string-trim (buffer-substring (pos-bol) (pos-eol)))))))))
        (support-to "busy")
        (setq cell-line (plist-get (hotlens--flame-node-here) :line))
        (let ((text (with-current-buffer buffer
                      (goto-char (point-min))
                      (forward-line (1- cell-line))
                      (prog1 (string-trim (buffer-substring (pos-bol) (pos-eol)))
                        (goto-char (point-min))
                        (insert "# one\n# two\n# three\n")
                        (goto-char (point-min))))))
          (hotlens-flame-jump)
          (support-wait "the line below the edit" (lambda () (equal text (shown))))
          (with-current-buffer buffer
            (search-forward text)
            (delete-region (pos-bol) (pos-eol))
            (insert "    something_else = 1")
            (goto-char (point-min)))
          (hotlens-flame-jump)
          (support-wait "a message" (lambda () (support-said-p "nearest that is left"))))))))

(ert-deftest hotlens-shows-what-is-being-recorded ()
  "The flame graph and the hot functions grow while the program runs."
  (support-busy 60
    (support-client
      (support-visit path)
      (hotlens-profile-file)
      (support-wait "hints" #'support-hints)
      (hotlens-flamegraph)
      (hotlens-functions)
      (cl-flet ((samples ()
                  (with-current-buffer "*hotlens flame graph*"
                    (and (eq t (plist-get hotlens--flame-graph :live))
                         (plist-get hotlens--flame-graph :samples))))
                (own ()
                  (with-current-buffer "*hotlens functions*"
                    (goto-char (point-min))
                    (plist-get (tabulated-list-get-id) :self))))
        (let ((samples (support-wait "a live graph" #'samples))
              (own (support-wait "a live list" #'own)))
          (with-current-buffer "*hotlens flame graph*"
            (should (string-match-p " · live" (hotlens--flame-status))))
          (support-wait "more samples" (lambda () (> (samples) samples)))
          (support-wait "more time" (lambda () (> (own) own)))
          (with-current-buffer "*hotlens flame graph*"
            (support-to "busy")
            (hotlens-flame-zoom)
            (support-graph)
            (should (equal "busy" (car (support-names))))
            (hotlens-flame-jump))
          (support-jumped path))
        (hotlens-stop)
        (support-wait "the end" (lambda () (support-said-p "hot.py · .* samples")))
        (with-current-buffer "*hotlens flame graph*"
          (support-wait "the run that is kept"
                        (lambda () (not (eq t (plist-get hotlens--flame-graph :live)))))
          (should (equal "busy" (car (support-names))))))
      (kill-buffer "*hotlens flame graph*")
      (kill-buffer "*hotlens functions*"))))

(ert-deftest hotlens-flame-follows-the-width ()
  "Another width of the window asks for another layout."
  (support-flame
    (let ((width hotlens--flame-width))
      (cl-letf (((symbol-function 'hotlens--flame-columns) (lambda () (- width 7))))
        (hotlens--flame-resized (selected-window))
        (support-wait "the new width" (lambda () (= hotlens--flame-width (- width 7))))
        (support-graph)
        (goto-char (point-min))
        (should (= (- width 7) (string-width (buffer-substring (pos-bol) (pos-eol)))))))))

(ert-deftest hotlens-flame-of-a-lens ()
  "The lens of a function shows the stacks through it."
  (support-client
    (support-visit path)
    (support-profile)
    (support-wait "lenses" (lambda () (assoc 6 (support-lenses))))
    (goto-char (point-min))
    (re-search-forward "count = 0")
    (cl-letf (((symbol-function 'completing-read)
               (lambda (_prompt collection &rest _)
                 (cl-find-if (lambda (title) (string-match-p " total " title))
                             (all-completions "" collection)))))
      (hotlens-lens))
    (with-current-buffer "*hotlens flame graph*"
      (support-graph)
      (should (string-match-p "busy" (plist-get hotlens--flame-graph :focus)))
      (kill-buffer))))

(ert-deftest hotlens-flame-without-a-run ()
  "Without a run there is a sentence, not an error."
  (support-client
    (support-visit path)
    (hotlens-flamegraph)
    (support-wait "a message" (lambda () (support-said-p "run")))
    (with-current-buffer "*hotlens flame graph*"
      (should (string-match-p "run" (buffer-string)))
      (kill-buffer))))

(ert-deftest hotlens-functions-without-import ()
  "The machinery of import is not listed: its time is its caller's."
  (support-client
    (support-visit path)
    (hotlens-load (let ((import "_find_and_load (<frozen importlib._bootstrap>:7)"))
                    (support-write "imports.raw"
                                   (format "main (%s:1);%s;hot (%s:5) 60\nmain (%s:1);%s 40\n"
                                           path import path path import))))
    (support-wait "the profile" (lambda () (assoc 1 (support-lenses))))
    (hotlens-functions)
    (support-wait "the run's functions"
                  (lambda ()
                    (with-current-buffer "*hotlens functions*"
                      (equal (mapcar (lambda (entry)
                                       (mapcar (lambda (key) (plist-get (car entry) key))
                                               '(:name :self :total)))
                                     tabulated-list-entries)
                             '(("hot" 60 60) ("main" 40 100))))))
    (kill-buffer "*hotlens functions*")))

(ert-deftest hotlens-flame-of-many-functions ()
  "What is too narrow is drawn as one cell, and every cell says what it is."
  (support-client
    (support-visit path)
    (hotlens-load (support-write "many.raw"
                                 (mapconcat (lambda (number)
                                              (format "<module> (%s:1);f%d (%s:%d) %d\n" path number
                                                      path number (if (= number 1) 900 1)))
                                            (number-sequence 1 400) "")))
    (support-wait "the profile" (lambda () (assoc 1 (support-lenses))))
    (hotlens-flamegraph)
    (with-current-buffer "*hotlens flame graph*"
      (support-graph)
      (should (member "f1" (support-names)))
      (hotlens--flame-map (lambda (_cell beg _end)
                            (goto-char beg)
                            (should (stringp (hotlens--flame-header)))))
      (hotlens-flame-search "f1")
      (support-graph)
      (hotlens--flame-mark-code path "f1")
      (kill-buffer))))

;;; Trouble

(ert-deftest hotlens-says-that-the-server-is-missing ()
  "Without the program the mode stays off, commands say why, and Emacs goes on."
  (support-client
    (let ((hotlens-command '("no-such-hotlens")))
      (find-file path)
      (hotlens-mode 1)
      (should-not hotlens-mode)
      (should (support-said-p "no-such-hotlens.* was not found.*hotlens-command"))
      (should-error (hotlens-profile-again) :type 'user-error))))

(defun support-server (lines)
  "A server, a program in Python that answers `initialize' with LINES and all else with an error."
  (let ((script (support-write "server.py" (concat "import json, sys
def read():
    length = 0
    while True:
        line = sys.stdin.buffer.readline()
        if not line:
            sys.exit(0)
        if line == b'\\r\\n':
            return json.loads(sys.stdin.buffer.read(length))
        length = int(line.split(b':')[1])
def send(message):
    data = json.dumps(message).encode()
    sys.stdout.buffer.write(b'Content-Length: %d\\r\\n\\r\\n' % len(data) + data)
    sys.stdout.buffer.flush()
while True:
    message = read()
    if message.get('method') == 'initialize':
        send({'jsonrpc': '2.0', 'id': message['id'], 'result': " lines "})
    elif 'id' in message:
        send({'jsonrpc': '2.0', 'id': message['id'],
              'error': {'code': -32601, 'message': 'no such method'}})
    elif message['method'] == 'exit':
        sys.exit(0)
"))))
    (list "python3" script)))

(ert-deftest hotlens-says-that-the-server-is-old ()
  "A server of an old version, one without what is needed, and something else entirely."
  (support-client
    (let ((hotlens-command (support-server
                            "{'capabilities': {}, 'serverInfo': {'name': 'hotlens', 'version': '0.0.1'}}")))
      (find-file path)
      (hotlens-mode 1)
      (support-wait "a message" (lambda () (support-said-p "too old: 0.0.1")))
      (support-wait "its end" (lambda () (null hotlens--connections)))
      (hotlens-mode -1))
    (let ((hotlens-command (support-server
                            "{'capabilities': {}, 'serverInfo': {'name': 'hotlens', 'version': '0.1.0'}}")))
      (hotlens-mode 1)
      (support-wait "a message" (lambda () (support-said-p "too old.*hotlens/lines")))
      (hotlens-disconnect)
      (hotlens-mode -1))
    (let ((hotlens-command (support-server
                            "{'capabilities': {}, 'serverInfo': {'name': 'pylsp'}}")))
      (hotlens-mode 1)
      (support-wait "a message" (lambda () (support-said-p "not hotlens but pylsp"))))))

(ert-deftest hotlens-survives-the-death-of-the-server ()
  "Hints go, the reason is said, and the next command starts a server that knows the buffer."
  (support-client
    (support-visit path)
    (support-profile)
    (let ((old hotlens--connected))
      (save-window-excursion
        (hotlens-flamegraph)
        (with-current-buffer "*hotlens flame graph*"
          (support-graph)))
      (signal-process (jsonrpc--process old) 'SIGKILL)
      (support-wait "the news" (lambda () (support-said-p "ended unexpectedly")))
      (with-current-buffer "*hotlens flame graph*"
        (hotlens-flame-invert)
        (should (support-said-p "ask for it again from a Python file"))
        (kill-buffer))
      (should-not (support-hints))
      (should-not hotlens--connected)
      (insert "x")
      (delete-char -1)
      (set-buffer-modified-p nil)
      (setq support-said nil)
      (hotlens-profile-file)
      (should-not (eq old hotlens--connected))
      (support-wait "the run" (lambda () (support-said-p "hot.py · .* samples")))
      (support-wait "hints" #'support-hints))))

(ert-deftest hotlens-offers-py-spy ()
  "Without py-spy the server offers to install it; no is an answer."
  (support-client
    (let* ((exec-path (cons (expand-file-name "bin" support-folder) exec-path))
           (hotlens-command (list (executable-find "hotlens")))
           (process-environment (append (list "PATH=/usr/bin:/bin"
                                              (concat "HOME=" support-folder))
                                        process-environment))
           asked)
      (skip-unless (not (file-exists-p "/usr/bin/py-spy")))
      (make-symbolic-link (file-truename (car hotlens-command))
                          (support-write "bin/hotlens" "") t)
      (setq hotlens-command (list (expand-file-name "bin/hotlens" support-folder)))
      (cl-letf (((symbol-function 'completing-read)
                 (lambda (prompt &rest _) (push prompt asked) "Not now")))
        (support-visit path)
        (hotlens-profile-file)
        (support-wait "an offer or a message"
                      (lambda () (or asked (support-said-p "py-spy"))))
        (should (string-match-p "py-spy" (or (car asked) (support-said-p "py-spy"))))))))

(ert-deftest hotlens-tells-of-no-permission ()
  "Attaching to a process of another user says why it cannot be, and what helps."
  (let ((nobody '("setpriv" "--reuid=65534" "--regid=65534" "--clear-groups")))
    (skip-unless (and (zerop (user-uid)) (executable-find "setpriv")))
    (dolist (program '("hotlens" "py-spy"))
      (skip-unless (zerop (apply #'call-process (car nobody) nil nil nil
                                 (append (cdr nobody) (list (executable-find program)
                                                            "--version"))))))
    (support-client
      (support-busy 600
        (let* ((hotlens-command (append nobody hotlens-command))
               (program (start-process "hot" nil "python3" path)))
          (unwind-protect
              (progn
                (dolist (name '("data" "state" "cache" "config"))
                  (make-directory name)
                  (set-file-modes name #o777))
                (set-file-modes support-folder #o755)
                (support-visit path)
                (hotlens--execute "hotlens.attach" (list :pid (process-id program)))
                (support-wait "the reason"
                              (lambda () (support-said-p "not allowed\\|ermission\\|may not"))))
            (delete-process program)))))))

(ert-deftest hotlens-needs-a-file ()
  "A buffer without a file says so."
  (support-client
    (with-temp-buffer
      (python-mode)
      (hotlens-mode 1)
      (should-not hotlens-mode)
      (should (support-said-p "has no file"))
      (should-error (hotlens-profile-file) :type 'user-error))))

(ert-deftest hotlens-wrong-profile ()
  "A file that is no profile gets a message."
  (support-client
    (support-visit path)
    (hotlens-load (support-write "bad.raw" "\0\1 nothing"))
    (support-wait "a message" (lambda () (support-said-p "bad.raw")))))

(defun support-long-program (lines)
  "A program of LINES lines, most of which take time."
  (concat "import time\nEND = time.monotonic() + 2\nx = 0\nwhile time.monotonic() < END:\n"
          (mapconcat (lambda (number) (format "    x += sum(range(%d))\n" (+ 2000 number)))
                     (number-sequence 1 lines) "")))

(ert-deftest hotlens-draws-hundreds-of-hints ()
  "300 hints are drawn, all of them."
  (support-client
    (setq hotlens-settings '(:inlayHints (:minimumPercent 0)))
    (unwind-protect
        (let ((raw (support-write
                    "many.raw"
                    (mapconcat (lambda (line)
                                 (format "<module> (%s:%d) 10\n"
                                         (expand-file-name "many.py" support-folder) line))
                               (number-sequence 5 304) ""))))
          (support-visit (support-write "many.py" (support-long-program 300)))
          (hotlens-load raw)
          (support-wait "300 hints" (lambda () (= 300 (length (support-hints)))))
          (should (equal (mapcar #'car (support-hints)) (number-sequence 5 304))))
      (setq hotlens-settings nil))))

(ert-deftest hotlens-typing-is-smooth ()
  "A keystroke in 10,000 lines costs a small part of drawing the line, and asks nothing."
  (support-client
    (support-visit (support-write "long.py" (support-long-program 10000)))
    (goto-char (point-max))
    (let ((sent 0))
      (cl-letf* ((notify (symbol-function 'hotlens--notify))
                 ((symbol-function 'hotlens--notify)
                  (lambda (&rest arguments)
                    (cl-incf sent)
                    (apply notify arguments))))
        (dotimes (_ 1000)
          (insert "a"))
        (should (zerop sent))
        (should (= 1000 (length hotlens--changes)))
        (support-wait "the moment after" (lambda () (null hotlens--changes)))
        (should (= 1 sent))))
    (set-buffer-modified-p nil)))

;;; Elsewhere

(ert-deftest hotlens-works-over-tramp ()
  "The server runs on the side of the file, and paths have no host there."
  (support-client
    (support-with-remote
      (support-visit (support-remote path))
      (should (file-remote-p buffer-file-name))
      (should (equal (hotlens-connection-host hotlens--connected)
                     (file-remote-p buffer-file-name)))
      (should (equal hotlens--document-uri (concat "file://" path)))
      (support-profile)
      (hotlens-functions)
      (support-wait "functions" (lambda () (with-current-buffer "*hotlens functions*"
                                             tabulated-list-entries)))
      (with-current-buffer "*hotlens functions*"
        (goto-char (point-min))
        (hotlens-list-visit)
        (support-wait "the remote file"
                        (lambda () (equal (car (support-seen)) (support-remote path))))
        (kill-buffer "*hotlens functions*"))
      (support-end-servers))))

(ert-deftest hotlens-terminal-over-tramp ()
  "The terminal, too, is on the side of the file."
  (support-client
    (support-with-remote
      (setq hotlens-terminal 'comint)
      (support-visit (support-remote path))
      (hotlens-profile-file)
      (let ((terminal (support-wait "a terminal" (lambda () (car (hotlens--terminal-buffers))))))
        (should (file-remote-p (buffer-local-value 'default-directory terminal)))
        (support-wait "hints" #'support-hints)
        (support-wait "the end" (lambda () (null (hotlens--terminal-buffers))))
        (kill-buffer terminal))
      (support-end-servers))))

(ert-deftest hotlens-two-projects-one-server ()
  "Buffers of two projects share a server that knows both folders."
  (support-client
    (support-visit path)
    (let ((first hotlens--connected))
      (make-directory "other/.git" t)
      (support-visit (support-write "other/two.py" support-program))
      (should (eq first hotlens--connected))
      (should (= 2 (length (hotlens-connection-folders first)))))))

;;; hotlens-tests.el ends here
