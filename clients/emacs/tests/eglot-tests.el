;;; eglot-tests.el --- hotlens as the server of Eglot  -*- lexical-binding: t; -*-

;;; Commentary:

;; The recipes of docs/editors/emacs.md, taken from the page itself.

;;; Code:

(require 'eglot)
(require 'python)
(require 'support)

(defun eglot-tests--open (path)
  "Visit PATH as a user with the recipe does, and return its connection."
  (find-file path)
  (run-hooks 'post-command-hook)
  (support-wait "a connection" #'eglot-current-server 20))

(defun eglot-tests--hints ()
  "The hints drawn in this buffer: (LINE . TEXT), sorted."
  (let (hints)
    (dolist (overlay (overlays-in (point-min) (point-max)))
      (when (overlay-get overlay 'eglot--inlay-hint)
        (push (cons (line-number-at-pos (overlay-start overlay))
                    (substring-no-properties (overlay-get overlay 'after-string)))
              hints)))
    (sort hints (lambda (a b) (< (car a) (car b))))))

(defun eglot-tests--draw ()
  "What redisplay makes Eglot do."
  (eglot--update-hints-1 (point-min) (point-max)))

(defun eglot-tests--settled-hints ()
  "The hints when the numbers are no longer those of a recording that goes on."
  (let (hints)
    (support-wait "numbers that stay"
                  (lambda ()
                    (eglot-tests--draw)
                    (accept-process-output nil 0.7)
                    (let ((now (eglot-tests--hints)))
                      (prog1 (and now (equal now hints))
                        (setq hints now)))))
    hints))

(defun eglot-tests--act (kind title)
  "Run the code action of KIND whose title begins with TITLE, as a user who picks it."
  (let* (offered
         (pick (lambda (_prompt collection &rest _)
                 (setq offered (all-completions "" collection))
                 (or (cl-find-if (lambda (name) (string-prefix-p title name)) offered)
                     (error "Only offered: %S" offered)))))
    (cl-letf (((symbol-function 'completing-read) pick)
              (last-nonmenu-event ?a))
      (eglot-code-actions (point-min) (point-max) kind t))))

(defmacro eglot-tests--with (program &rest body)
  "Run BODY in a buffer of PROGRAM with a server by the recipe of the page."
  (declare (indent 1))
  `(support-with-folder
     (let ((eglot-server-programs nil)
           (python-base-mode-hook nil)
           (python-mode-hook nil)
           (eglot-sync-connect 30)
           (eglot-autoshutdown nil)
           (inhibit-message t)
           (path (support-write "hot.py" ,program)))
       (support-eval (support-block "Eglot" "elisp"))
       (let ((server (eglot-tests--open path)))
         (unwind-protect
             (progn ,@body)
           (when (jsonrpc-running-p server)
             (eglot-shutdown server nil 30)))))))

(ert-deftest eglot-profile-draws-hints ()
  "Profile by a code action: hints appear by themselves, totals stand on the def, edits move them."
  (eglot-tests--with support-program
    (eglot-tests--act "source.hotlens.profile" "Hotlens: Profile File")
    (support-wait "hints" #'eglot-tests--hints)
    (let ((hints (eglot-tests--settled-hints)))
      (should (string-match-p "[0-9.]+ m?s total ([<>]?[0-9.]+%)" (alist-get 6 hints)))
      (should (cl-intersection support-loop-lines (mapcar #'car hints)))
      (should-not (buffer-modified-p))
      (goto-char (point-min))
      (insert "# one\n# two\n")
      (eglot--signal-textDocument/didChange)
      (let ((moved (mapcar (lambda (hint) (cons (+ 2 (car hint)) (cdr hint))) hints)))
        (support-wait "hints on the moved lines" (lambda ()
                                                   (remove-overlays nil nil 'eglot--inlay-hint t)
                                                   (eglot-tests--draw)
                                                   (accept-process-output nil 0.3)
                                                   (equal (eglot-tests--hints) moved))))
      (set-buffer-modified-p nil))))

(ert-deftest eglot-hover-tells-of-the-line ()
  "What `eldoc' shows comes from the run."
  (eglot-tests--with support-program
    (eglot-tests--act "source.hotlens.profile" "Hotlens: Profile File")
    (support-wait "hints" #'eglot-tests--hints)
    (goto-char (point-min))
    (re-search-forward "^def busy")
    (let ((hover (jsonrpc-request server :textDocument/hover
                                  (eglot--TextDocumentPositionParams))))
      (should (string-match-p "samples" (format "%s" (plist-get hover :contents)))))))

(ert-deftest eglot-stop-keeps-the-profile ()
  "A program that runs on is stopped by a code action, and what was seen of it is shown."
  (setenv "SECONDS_BUSY" "600")
  (unwind-protect
      (eglot-tests--with support-program
        (eglot-tests--act "source.hotlens.profile" "Hotlens: Profile File")
        (let ((pid (support-wait "the program" (lambda () (support-program-pid path)))))
          (support-wait "a recording to stop"
                        (lambda () (ignore-errors
                                     (eglot-code-actions (point-min) (point-max)
                                                         "source.hotlens.stop" nil))))
          ;; Samples have come when there are numbers.
          (support-wait "live numbers" (lambda () (eglot-tests--draw)
                                         (accept-process-output nil 0.2)
                                         (eglot-tests--hints)))
          (eglot-tests--act "source.hotlens.stop" "Hotlens: Stop program")
          (support-wait "the end of the program" (lambda () (not (support-alive-p pid))))
          (support-wait "hints" #'eglot-tests--hints)))
    (setenv "SECONDS_BUSY")))

(ert-deftest eglot-works-over-tramp ()
  "The recipe as it is, in a file of another host: the server runs there."
  (support-with-folder
    (support-with-remote
      (let ((eglot-server-programs nil)
            (python-base-mode-hook nil)
            (python-mode-hook nil)
            (eglot-sync-connect 30)
            (eglot-autoshutdown nil)
            (inhibit-message t)
            (path (support-write "hot.py" support-program)))
        (support-eval (support-block "Eglot" "elisp"))
        (let ((server (eglot-tests--open (support-remote path))))
          (unwind-protect
              (progn
                (should (file-remote-p default-directory))
                (eglot-tests--act "source.hotlens.profile" "Hotlens: Profile File")
                (support-wait "the program" (lambda () (support-program-pid path)))
                (support-wait "hints" #'eglot-tests--hints)
                (should (cl-intersection support-loop-lines
                                         (mapcar #'car (eglot-tests--settled-hints))))
                (should-not (buffer-modified-p)))
            (when (jsonrpc-running-p server)
              (eglot-shutdown server nil 30))))))))

(ert-deftest eglot-execute-runs-commands ()
  "Commands work by `eglot-execute', with arguments and without."
  (eglot-tests--with support-program
    (eglot-execute server '(:command "hotlens.profileFile"))
    (support-wait "hints" #'eglot-tests--hints)
    (should-not (eglot-execute server '(:command "hotlens.toggleHints")))
    (eglot-tests--draw)
    (support-wait "no hints" (lambda () (null (eglot-tests--hints))))
    (eglot-execute server '(:command "hotlens.toggleHints"))
    (eglot-tests--draw)
    (support-wait "hints again" #'eglot-tests--hints)
    (should (string-match-p
             "16 hexadecimal"
             (condition-case oops
                 (progn (eglot-execute server '(:command "hotlens.focus"
                                                :arguments [(:node "zebra")]))
                        "")
               (jsonrpc-error (format "%s" oops)))))))

(ert-deftest eglot-doctor-opens-its-report ()
  "A report is a file that Emacs is asked to show."
  (eglot-tests--with support-program
    (eglot-tests--act "source.hotlens.doctor" "Hotlens: Doctor")
    (let ((buffer (support-wait "the report" (lambda () (get-buffer "doctor.txt")))))
      (with-current-buffer buffer
        (should (string-match-p "py-spy" (buffer-string)))))))

(ert-deftest eglot-attach-asks-which-process ()
  "The picker is a `completing-read'."
  (eglot-tests--with support-program
    (let* ((process-environment (cons "SECONDS_BUSY=600" process-environment))
           (program (start-process "hot" nil "python3" path))
           (pid (process-id program))
           asked)
      (unwind-protect
          (cl-letf (((symbol-function 'completing-read)
                     (lambda (prompt collection &rest _)
                       (setq asked prompt)
                       (cl-find-if (lambda (name) (string-prefix-p (format "%d " pid) name))
                                   (all-completions "" collection)))))
            (support-wait "the program" (lambda () (support-program-pid path)))
            (eglot-execute server '(:command "hotlens.attach"))
            (support-wait "live numbers" (lambda () (eglot-tests--draw)
                                           (accept-process-output nil 0.2)
                                           (eglot-tests--hints)))
            (should (string-match-p "Which process" asked))
            (eglot-execute server '(:command "hotlens.stop"))
            (support-wait "no recording"
                          (lambda () (not (ignore-errors
                                            (eglot-code-actions (point-min) (point-max)
                                                                "source.hotlens.stop" nil)))))
            (should (process-live-p program)))
        (delete-process program)))))

(ert-deftest eglot-shutdown-leaves-no-process ()
  "The server goes, and what it launched goes with it."
  (setenv "SECONDS_BUSY" "600")
  (unwind-protect
      (eglot-tests--with support-program
        (let ((pid (process-id (jsonrpc--process server))))
          (eglot-execute server '(:command "hotlens.profileFile"))
          (let* ((program (support-wait "the program" (lambda () (support-program-pid path))))
                 (children (cons program (support-children pid))))
            (eglot-shutdown server nil 30)
            (should-not (support-alive-p pid))
            (dolist (child children)
              (support-wait "the end of what it launched"
                            (lambda () (not (support-alive-p child))))))))
    (setenv "SECONDS_BUSY")))

(ert-deftest eglot-behind-a-multiplexer ()
  "rass gives Eglot two servers: completion of the one, hints and actions of the other."
  (skip-unless (and (executable-find "rass") (executable-find "pylsp")))
  (support-with-folder
    (let ((eglot-server-programs nil)
          (python-base-mode-hook nil)
          (eglot-sync-connect 60)
          (inhibit-message t)
          (path (support-write "hot.py" (concat support-program "\nbusy\n"))))
      (support-write "config/rassumfrassum/hotlens.py" (support-block "Eglot with two servers"
                                                                      "python"))
      (support-eval (support-block "Eglot with two servers" "elisp"))
      (let ((server (eglot-tests--open path)))
        (unwind-protect
            (progn
              (goto-char (point-max))
              (forward-char -2)
              (should (string-match-p
                       "def busy\\|hot.py"
                       (format "%S" (jsonrpc-request server :textDocument/definition
                                                     (eglot--TextDocumentPositionParams)
                                                     :timeout 60))))
              (eglot-tests--act "source.hotlens.profile" "Hotlens: Profile File")
              (support-wait "hints" (lambda ()
                                      (eglot-tests--draw)
                                      (accept-process-output nil 0.2)
                                      (eglot-tests--hints)))
              (eglot-execute server '(:command "hotlens.toggleHints"))
              (support-wait "no hints" (lambda ()
                                         (eglot-tests--draw)
                                         (accept-process-output nil 0.2)
                                         (null (eglot-tests--hints)))))
          (eglot-shutdown server nil 30))))))

;;; eglot-tests.el ends here
