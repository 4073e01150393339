;;; hotlens.el --- Where Python programs spend their time, on their lines  -*- lexical-binding: t; -*-

;; Author: The hotlens developers
;; Version: 0.1.0
;; Package-Requires: ((emacs "29.1"))
;; Keywords: languages, tools, processes
;; URL: https://github.com/hotlens/hotlens
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; hotlens profiles Python programs with py-spy and shows the times where the code is: at the ends of
;; lines, above functions, in the fringe, and as a flame graph.  It runs beside Eglot or lsp-mode.
;;
;;     (require 'hotlens)
;;     (global-hotlens-mode)
;;
;; Then M-x hotlens-menu in a Python file.

;;; Code:

(require 'hotlens-connection)
(require 'hotlens-document)
(require 'hotlens-draw)
(require 'hotlens-flame)
(require 'hotlens-list)
(require 'transient)

;;; Modes

(defun hotlens--lighter ()
  "The mode line of `hotlens-mode'."
  (concat " Hotlens" (hotlens--progress-text)))

(defvar-keymap hotlens-mode-map
  :doc "Keys of `hotlens-mode'.")

;;;###autoload
(define-minor-mode hotlens-mode
  "Show where the time of this Python file goes, and profile it.
Without the server, the program `hotlens', the mode stays off and says why."
  :lighter (:eval (hotlens--lighter))
  :keymap hotlens-mode-map
  :group 'hotlens
  (cond
   ((not hotlens-mode)
    (remove-hook 'change-major-mode-hook #'hotlens--before-other-mode t)
    (hotlens-hints-mode -1)
    (hotlens--close-document))
   ((not buffer-file-name)
    (setq hotlens-mode nil)
    (hotlens--say "%s has no file: save it first" (buffer-name)))
   (t
    (condition-case oops
        (progn
          (hotlens--open-document)
          (add-hook 'change-major-mode-hook #'hotlens--before-other-mode nil t)
          (hotlens-hints-mode 1))
      (error
       (setq hotlens-mode nil)
       (hotlens--say "%s" (error-message-string oops)))))))

(defun hotlens--before-other-mode ()
  "The buffer gets another major mode, or the same anew: all that is local goes."
  (hotlens-mode -1))

(defun hotlens--turn-on ()
  "Turn `hotlens-mode' on in a buffer of Python with a file."
  (when (and buffer-file-name (derived-mode-p 'python-base-mode 'python-mode))
    (hotlens-mode 1)))

;;;###autoload
(define-globalized-minor-mode global-hotlens-mode hotlens-mode hotlens--turn-on
  :group 'hotlens)

(defun hotlens--on-gone (connection)
  "The server of CONNECTION has gone: its buffers know nothing."
  (dolist (buffer (hotlens--documents connection))
    (with-current-buffer buffer
      (hotlens--forget-document)
      (hotlens--clear))))

(add-hook 'hotlens-disconnected-functions #'hotlens--on-gone)

(defun hotlens--ready ()
  "The connection of this buffer, which is made known again if its server had gone."
  (when hotlens-mode
    (let ((was hotlens--connected))
      (unless (eq was (hotlens--open-document))
        (hotlens--ask-numbers)))
    (hotlens--send-changes))
  (or hotlens--connected (hotlens--connection)))

;;; Commands

(defun hotlens--execute (command &optional arguments done)
  "Run COMMAND of the server with ARGUMENTS, a property list; then call DONE."
  (hotlens--request (hotlens--ready) 'workspace/executeCommand
                    (list :command command :arguments (if arguments (vector arguments) []))
                    (or done #'ignore)))

(defun hotlens--options ()
  "What the menu says about the next recording."
  (let ((words (transient-args 'hotlens-menu)))
    (append (when-let* ((rate (transient-arg-value "--rate=" words)))
              (list :rate (string-to-number rate)))
            (when (transient-arg-value "--idle" words)
              (list :idle t)))))

(defun hotlens--arguments (question)
  "With a prefix argument ask QUESTION; return arguments of a program."
  (when current-prefix-arg
    (list :args (vconcat (split-string-shell-command (read-string question))))))

;;;###autoload
(defun hotlens-profile-file ()
  "Run this file under py-spy and show where its time goes.
With a prefix argument ask for the program's arguments; without one they are
those of last time."
  (interactive)
  (unless buffer-file-name
    (user-error "This buffer has no file: save it first"))
  (save-some-buffers (not (bound-and-true-p compilation-ask-about-save))
                     (lambda () (derived-mode-p 'python-base-mode 'python-mode)))
  (unless hotlens-mode
    (hotlens-mode 1))
  (hotlens--execute "hotlens.profileFile"
                    (append (list :uri (hotlens--uri buffer-file-name))
                            (hotlens--arguments "Arguments: ")
                            (hotlens--options))))

;;;###autoload
(defun hotlens-profile-command (command)
  "Run COMMAND, a line that starts a Python program, under py-spy."
  (interactive (list (read-shell-command "Profile: ")))
  (hotlens--execute "hotlens.profileCommand" (append (list :command command)
                                                     (hotlens--options))))

;;;###autoload
(defun hotlens-profile-again ()
  "Profile what was profiled last."
  (interactive)
  (hotlens--execute "hotlens.profileAgain" (hotlens--options)))

(defun hotlens--process-choice (process)
  "PROCESS as a line to choose."
  (format "%d %s" (plist-get process :pid) (plist-get process :command)))

;;;###autoload
(defun hotlens-attach ()
  "Record a Python program that is running already."
  (interactive)
  (let ((buffer (current-buffer)))
    (hotlens--request
     (hotlens--ready) 'hotlens/processes nil
     (lambda (answer)
       (let ((processes (seq-filter (lambda (process) (eq t (plist-get process :mayRecord)))
                                    (plist-get answer :processes))))
         (if (seq-empty-p processes)
             (hotlens--say "no Python process that may be recorded is running")
           (hotlens--soon
            (lambda ()
              (let* ((choices (mapcar (lambda (process)
                                        (cons (hotlens--process-choice process)
                                              (plist-get process :pid)))
                                      processes))
                     (choice (completing-read "Record process: " choices nil t)))
                (when (buffer-live-p buffer)
                  (with-current-buffer buffer
                    (hotlens--execute "hotlens.attach"
                                      (list :pid (cdr (assoc choice choices)))))))))))))))

;;;###autoload
(defun hotlens-stop ()
  "End a recording and keep its profile.
A program that was started for it ends, as by \`C-c'; one that was attached to
goes on."
  (interactive)
  (let ((terminals (hotlens--terminal-buffers)))
    (if (or hotlens--progress (null terminals))
        (hotlens--execute "hotlens.stop")
      (interrupt-process (get-buffer-process (car terminals))))))

;;;###autoload
(defun hotlens-load (path)
  "Show the profile in the file PATH, which py-spy or another profiler wrote."
  (interactive "fProfile: ")
  (hotlens--execute "hotlens.load" (list :path (hotlens--local (expand-file-name path)))))

;;;###autoload
(defun hotlens-export (format path)
  "Write the shown run to PATH in FORMAT."
  (interactive
   (let ((format (completing-read "Format: " '("raw" "collapsed" "json") nil t)))
     (list format (read-file-name "Export to: " nil nil nil (concat "profile." format)))))
  (hotlens--execute "hotlens.export"
                    (list :format format :path (hotlens--local (expand-file-name path)))))

;;;###autoload
(defun hotlens-focus ()
  "Restrict all numbers to the stacks through the function at point."
  (interactive)
  (let ((function (hotlens--function-at-point)))
    (hotlens--execute "hotlens.focus"
                      (and function
                           (list :function (plist-get function :name)
                                 :file (plist-get hotlens--answer :file))))))

;;;###autoload
(defun hotlens-clear-focus ()
  "Show the numbers of the whole run again."
  (interactive)
  (hotlens--execute "hotlens.clearFocus"))

;;;###autoload
(defun hotlens-doctor ()
  "Show what hotlens found on this machine, and what is missing."
  (interactive)
  (hotlens--execute "hotlens.doctor"))

;;; Hot lines of this buffer

(defun hotlens--hot-positions ()
  "Where the hints of this buffer are, hottest first."
  (let (places)
    (dolist (overlay (overlays-in (point-min) (point-max)))
      (when (eq (overlay-get overlay 'hotlens) 'hint)
        (push overlay places)))
    (let ((totals (make-hash-table)))
      (seq-doseq (line (plist-get hotlens--answer :lines))
        (puthash (plist-get line :line) (plist-get line :self) totals))
      (mapcar #'overlay-start
              (sort places (lambda (a b)
                             (> (gethash (overlay-get a 'hotlens-line) totals 0)
                                (gethash (overlay-get b 'hotlens-line) totals 0))))))))

(defun hotlens-next-hot-line (&optional backward)
  "Go to the next line with a hint; with BACKWARD, a prefix argument, the previous."
  (interactive "P")
  (let* ((places (sort (hotlens--hot-positions) #'<))
         (bol (pos-bol))
         (next (if backward
                   (car (last (seq-filter (lambda (place) (< place bol)) places)))
                 (seq-find (lambda (place) (> place bol)) places))))
    (unless next
      (user-error "No more hot lines"))
    (push-mark nil t)
    (goto-char next)
    (back-to-indentation)))

(defun hotlens-previous-hot-line ()
  "Go to the previous line with a hint."
  (interactive)
  (hotlens-next-hot-line t))

(defun hotlens-hottest-line ()
  "Go to the line of this buffer that takes the most time itself."
  (interactive)
  (let ((place (car (hotlens--hot-positions))))
    (unless place
      (user-error "No times are shown here: profile this file first"))
    (push-mark nil t)
    (goto-char place)
    (back-to-indentation)))

;;; Lenses

(defun hotlens--lens-flamegraph (command)
  "Show the flame graph if that is what COMMAND of a lens is."
  (when (equal (plist-get command :command) "hotlens.showFlamegraph")
    (let ((arguments (plist-get command :arguments)))
      (hotlens--flame-open (hotlens--ready)
                           (and (length> arguments 0) (aref arguments 0)))
      t)))

(add-hook 'hotlens-lens-functions #'hotlens--lens-flamegraph)

(defun hotlens-lens ()
  "Do what a lens of the function at point, or of the buffer, says."
  (interactive)
  (let* ((line (1- (line-number-at-pos nil t)))
         (function (hotlens--function-at-point))
         (near (lambda (lens)
                 (memql (hotlens--lens-line lens)
                        (list line (and function (plist-get function :line)) 0))))
         (lenses (seq-filter near hotlens--lenses))
         (choices (mapcar (lambda (lens)
                            (cons (plist-get (plist-get lens :command) :title) lens))
                          lenses)))
    (unless choices
      (user-error "There is no lens here"))
    (hotlens--do-lens
     (plist-get (cdr (assoc (completing-read "Lens: " choices nil t) choices)) :command))))

;;; Flame graphs

;;;###autoload
(defun hotlens-flamegraph ()
  "Show the flame graph of the shown run."
  (interactive)
  (hotlens--flame-open (hotlens--ready) nil))

(defun hotlens--show-flamegraph (connection method params)
  "Show the flame graph that METHOD with PARAMS of CONNECTION asks for."
  (when (eq method 'hotlens/showFlamegraph)
    (hotlens--soon (lambda () (hotlens--flame-open connection params)))))

(add-hook 'hotlens-notification-functions #'hotlens--show-flamegraph)

;;; Lists

;;;###autoload
(defun hotlens-runs ()
  "List the runs of this project."
  (interactive)
  (hotlens--list-runs (hotlens--ready) (hotlens--local (hotlens--project default-directory))))

;;;###autoload
(defun hotlens-functions ()
  "List the functions of the shown run, those that take most first."
  (interactive)
  (hotlens--list-functions (hotlens--ready)))

;;;###autoload
(defun hotlens-hot-lines ()
  "List the lines of the shown run that take most; `next-error' walks them."
  (interactive)
  (hotlens--list-lines (hotlens--ready)))

;;; Menu

;;;###autoload (autoload 'hotlens-menu "hotlens" nil t)
(transient-define-prefix hotlens-menu ()
  "What can be done with hotlens."
  [["Recording"
    ("-r" "samples a second" "--rate=" :reader transient-read-number-N+)
    ("-i" "with waiting" "--idle")
    ("p" "profile this file" hotlens-profile-file)
    ("c" "profile a command" hotlens-profile-command)
    ("a" "again" hotlens-profile-again)
    ("A" "attach to a process" hotlens-attach)
    ("k" "stop, keep the profile" hotlens-stop)]
   ["Looking"
    ("f" "flame graph" hotlens-flamegraph)
    ("F" "hot functions" hotlens-functions)
    ("l" "hot lines" hotlens-hot-lines)
    ("m" "hottest line here" hotlens-hottest-line)
    ("n" "next hot line" hotlens-next-hot-line :transient t)
    ("N" "previous hot line" hotlens-previous-hot-line :transient t)
    ("o" "focus on this function" hotlens-focus)
    ("O" "clear the focus" hotlens-clear-focus)]
   ["Runs"
    ("r" "runs" hotlens-runs)
    ("L" "load a profile" hotlens-load)
    ("e" "export" hotlens-export)
    ("h" "hints on or off" hotlens-hints-mode)
    ("d" "doctor" hotlens-doctor)]])

(provide 'hotlens)
;;; hotlens.el ends here
