;;; support.el --- What the tests share  -*- lexical-binding: t; -*-

;;; Commentary:

;; Each test works in a folder of its own, with a store of its own, and waits for conditions, not times.

;;; Code:

(require 'cl-lib)
(require 'ert)

(defvar support-source (file-name-as-directory
                        (expand-file-name "../../.." (file-name-directory
                                                      (or load-file-name buffer-file-name))))
  "The root of the source tree.")

(defvar support-folder nil
  "The folder of the running test.")

(defconst support-program "import os
import sys
import time


def busy(seconds):
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        count += 1
    return count


def main():
    busy(float(os.environ.get(\"SECONDS_BUSY\", \"1.5\")))


if __name__ == \"__main__\":
    with open(sys.argv[0] + \".pid\", \"w\") as file:
        file.write(str(os.getpid()))
    main()
"
  "A program that spends its time in one loop.")

(defconst support-loop-lines '(8 9 10)
  "The lines of `support-program' where the time goes, and that of the def.")

(defun support-wait (what condition &optional seconds)
  "Wait until CONDITION returns non-nil, and return that.
Fail after SECONDS (60), saying WHAT did not come."
  (let ((end (+ (float-time) (or seconds 60)))
        value)
    (while (not (setq value (funcall condition)))
      (when (> (float-time) end)
        (ert-fail (format "waited in vain for %s" what)))
      (accept-process-output nil 0.05))
    value))

(defun support-write (name text)
  "Write TEXT into the file NAME of the test's folder; return its path."
  (let ((path (expand-file-name name support-folder))
        (coding-system-for-write 'utf-8-unix))
    (make-directory (file-name-directory path) t)
    (write-region text nil path nil 'silent)
    path))

(defun support-alive-p (pid)
  "Whether process PID is there and no zombie."
  (let ((attributes (process-attributes pid)))
    (and attributes (not (equal (alist-get 'state attributes) "Z")))))

(defun support-children (pid)
  "The processes that PID started."
  (cl-remove-if-not (lambda (child) (eql pid (alist-get 'ppid (process-attributes child))))
                    (list-system-processes)))

(defun support-program-pid (path)
  "The number of the process that runs PATH, or nil."
  (let ((file (concat path ".pid")))
    (when (file-exists-p file)
      (let ((text (with-temp-buffer (insert-file-contents file) (buffer-string))))
        (and (not (string-empty-p text)) (string-to-number text))))))

(defun support-block (heading language)
  "The first block in LANGUAGE below HEADING of the user's page."
  (with-temp-buffer
    (insert-file-contents (expand-file-name "docs/editors/emacs.md" support-source))
    (goto-char (point-min))
    (re-search-forward (concat "^#+ " (regexp-quote heading) "$"))
    (re-search-forward (format "^```%s\n" language))
    (buffer-substring (point) (progn (re-search-forward "^```$") (match-beginning 0)))))

(defun support-eval (text)
  "Evaluate all forms of TEXT, as an init file."
  (with-temp-buffer
    (insert text)
    (setq lexical-binding t)
    (eval-buffer)))

(defmacro support-with-folder (&rest body)
  "Run BODY in a folder and a store of its own, and kill its buffers."
  (declare (indent 0) (debug t))
  `(let* ((support-folder (file-name-as-directory
                           (file-truename (make-temp-file "hotlens-emacs-" t))))
          (default-directory support-folder)
          (process-environment
           (append (mapcar (lambda (name)
                             (format "XDG_%s_HOME=%s%s" name support-folder (downcase name)))
                           '("DATA" "STATE" "CACHE" "CONFIG"))
                   process-environment)))
     (make-directory (expand-file-name ".git" support-folder))
     (unwind-protect
         (progn ,@body)
       (dolist (buffer (buffer-list))
         (with-current-buffer buffer
           (when (and buffer-file-name (file-in-directory-p buffer-file-name support-folder))
             (set-buffer-modified-p nil)
             (let (kill-buffer-query-functions)
               (kill-buffer)))))
       (setq default-directory temporary-file-directory)
       (delete-directory support-folder t))))

;;; Files of another host

(defvar tramp-methods)
(defvar tramp-default-host-alist)
(defvar tramp-verbose)
(defvar tramp-remote-path)
(defvar tramp-remote-process-environment)
(declare-function tramp-cleanup-all-connections "tramp-cmds")

(defun support-remote (path)
  "PATH of this machine as one of the host that `support-with-remote' makes up."
  (expand-file-name (concat "/mock::" path)))

(defmacro support-with-remote (&rest body)
  "Run BODY with a host that is a shell of this machine, reached through TRAMP."
  (declare (indent 0))
  `(progn
     (require 'tramp)
     (require 'tramp-sh)
     (let* ((tramp-methods
             (cons '("mock" (tramp-login-program "/bin/sh") (tramp-login-args (("-i")))
                     (tramp-remote-shell "/bin/sh") (tramp-remote-shell-args ("-c"))
                     (tramp-connection-timeout 10))
                   tramp-methods))
            (tramp-default-host-alist (list (list "\\`mock\\'" nil (system-name))))
            (tramp-verbose 1)
            (tramp-remote-path (cons (directory-file-name
                                      (file-name-directory (executable-find "hotlens")))
                                     tramp-remote-path))
            (tramp-remote-process-environment
             (append (seq-filter (lambda (entry) (string-prefix-p "XDG_" entry))
                                 process-environment)
                     (list (concat "PATH=" (getenv "PATH")))
                     tramp-remote-process-environment)))
       (unwind-protect
           (progn ,@body)
         (dolist (buffer (buffer-list))
           (when (file-remote-p (or (buffer-file-name buffer) ""))
             (with-current-buffer buffer
               (set-buffer-modified-p nil)
               (kill-buffer))))
         (tramp-cleanup-all-connections)))))

(provide 'support)
;;; support.el ends here
