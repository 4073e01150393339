;;; package-tests.el --- The package itself  -*- lexical-binding: t; -*-

;;; Commentary:

;; Compiles without a warning, documented, fit for a package archive.

;;; Code:

(require 'bytecomp)
(require 'checkdoc)
(require 'loaddefs-gen)
(require 'support)

(defun package-tests--files ()
  "The files of the package."
  (directory-files (expand-file-name "clients/emacs" support-source) t "\\`hotlens.*\\.el\\'"))

(ert-deftest package-compiles-without-warnings ()
  "No warning of the byte compiler."
  (support-with-folder
    (let ((byte-compile-dest-file-function
           (lambda (file) (expand-file-name (concat (file-name-base file) ".elc") support-folder)))
          (inhibit-message t))
      (dolist (file (package-tests--files))
        (byte-compile-file file))
      (when-let* ((log (get-buffer byte-compile-log-buffer)))
        (with-current-buffer log
          (should-not (string-match-p "Warning\\|Error" (buffer-string))))))))

(ert-deftest package-passes-checkdoc ()
  "No complaint about its documentation."
  (let* (problems
         (checkdoc-verb-check-experimental-flag nil) ; a guess: "what a lens says"
         (checkdoc-create-error-function
          (lambda (text start _end &optional _unfixable)
            (push (format "%s:%d: %s" (buffer-name) (if start (line-number-at-pos start) 0) text)
                  problems)
            nil)))
    (dolist (file (package-tests--files))
      (with-current-buffer (find-file-noselect file)
        (let ((checkdoc-autofix-flag 'never)
              (inhibit-message t))
          (checkdoc-current-buffer t))))
    (should-not problems)))

(ert-deftest package-passes-package-lint ()
  "No complaint of package-lint."
  (let ((folder (getenv "PACKAGE_LINT")))
    (unless (and folder (not (string-empty-p folder)))
      (ert-skip "no package-lint"))
    (add-to-list 'load-path folder)
    (require 'package-lint)
    (defvar package-lint-main-file)
    (let ((package-lint-main-file "hotlens.el")
          problems)
      (dolist (file (package-tests--files))
        (with-current-buffer (find-file-noselect file)
          (pcase-dolist (`(,line ,_column ,_type ,text) (package-lint-buffer))
            ;; That of Debian 12 is older than Emacs 29.
            (unless (string-match-p "uninstallable in all released Emacs" text)
              (push (format "%s:%d: %s" (buffer-name) line text) problems)))))
      (should-not problems))))

(ert-deftest package-autoloads-its-commands ()
  "Commands and modes that are named in the page for users are there without `require'."
  (support-with-folder
    (let ((file (expand-file-name "hotlens-autoloads.el" support-folder))
          (inhibit-message t))
      (loaddefs-generate (expand-file-name "clients/emacs" support-source) file)
      (with-temp-buffer
        (insert-file-contents file)
        (dolist (name '("hotlens-mode" "global-hotlens-mode" "hotlens-menu" "hotlens-profile-file"
                        "hotlens-profile-again" "hotlens-attach" "hotlens-stop" "hotlens-runs"
                        "hotlens-flamegraph" "hotlens-focus" "hotlens-hints-mode" "hotlens-load"
                        "hotlens-export" "hotlens-doctor" "hotlens-clear-focus"))
          (goto-char (point-min))
          (should (search-forward (format "(autoload '%s " name) nil t)))))))

;;; package-tests.el ends here
