;;; hotlens-connection.el --- The server of hotlens, one for each host  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; A connection of its own, on jsonrpc.el, so that any other LSP client can serve the same buffers.
;; Nothing here waits: every question has a function that gets the answer, and what the server asks
;; is answered when the user has.
;;
;; There is one server for each host that files are on.  Paths in messages are those of that host.

;;; Code:

(require 'cl-lib)
(require 'jsonrpc)
(require 'url-util)

(defgroup hotlens nil
  "Where Python programs spend their time, on their lines."
  :group 'tools
  :link '(emacs-commentary-link "hotlens"))

(defcustom hotlens-command '("hotlens" "--stdio")
  "The program that is the server, and its arguments.
On a remote host it is looked for in that host's `tramp-remote-path'."
  :type '(repeat string))

(defcustom hotlens-settings nil
  "Settings for the server, as a property list.
For example (:rate 200 :inlayHints (:minimumPercent 2)).  False is
`:json-false'."
  :type 'plist)

(defcustom hotlens-terminal 'comint
  "Where a program runs that is profiled.
In a `comint' buffer it has a terminal and reads what is typed there; in a
`compilation' buffer its errors can be walked; in the background what it prints
goes to the buffer *hotlens output*."
  :type '(choice (const :tag "Comint buffer" comint)
                 (const :tag "Compilation buffer" compilation)
                 (const :tag "Background" nil)))

(defconst hotlens--version "0.1.0"
  "The version of this package.")

(defconst hotlens--oldest-server "0.1.0"
  "The oldest server that this package understands.")

(defvar hotlens--connections nil
  "The running servers: (HOST . CONNECTION), HOST as by `file-remote-p', or nil.")

(defvar hotlens--progress nil
  "What is going on: (TOKEN TITLE MESSAGE) of each.")

(defvar hotlens-notification-functions nil
  "Called with each notification of a server: connection, method and parameters.")

(defvar hotlens-connected-functions nil
  "Called with a connection when its server is ready.")

(defvar hotlens-disconnected-functions nil
  "Called with a connection when its server has gone.")

(defclass hotlens-connection (jsonrpc-process-connection)
  ((host :initarg :host :initform nil :accessor hotlens-connection-host
         :documentation "As by `file-remote-p', or nil.")
   (ready :initform nil :accessor hotlens-connection-ready
          :documentation "Whether the server may be asked.")
   (waiting :initform nil :accessor hotlens-connection-waiting
            :documentation "Functions to call when it is, newest first.")
   (folders :initform nil :accessor hotlens-connection-folders
            :documentation "The workspace folders it knows, as paths of its host.")
   (version :initform nil :accessor hotlens-connection-version
            :documentation "Of the server.")
   (leaving :initform nil :accessor hotlens-connection-leaving
            :documentation "Whether it was told to end."))
  :documentation "A server of hotlens.")

;;; Texts for the user

(defun hotlens--log (format &rest arguments)
  "Add a line to the buffer *hotlens log*: FORMAT with ARGUMENTS."
  (with-current-buffer (get-buffer-create "*hotlens log*")
    (unless (derived-mode-p 'special-mode)
      (special-mode)
      (buffer-disable-undo))
    (let ((inhibit-read-only t))
      (save-excursion
        (goto-char (point-max))
        (insert (format-time-string "%T ") (apply #'format format arguments) "\n")))))

(defun hotlens--say (format &rest arguments)
  "Show a message and keep it in the log: FORMAT with ARGUMENTS."
  (let ((text (apply #'format format arguments)))
    (hotlens--log "%s" text)
    (message "hotlens: %s" text)))

(defun hotlens--complain (connection method error)
  "Say that METHOD of CONNECTION failed with ERROR."
  (let ((code (plist-get error :code)))
    (cond
     ((memql code '(-1 -32800)))        ; the server has gone, or the question was withdrawn
     ((eql code -32601)
      (hotlens--say "the server (%s) is too old for this package: it has no %s.  Install hotlens %s or later"
                    (or (hotlens-connection-version connection) "of unknown version")
                    method hotlens--oldest-server))
     (t (hotlens--say "%s" (plist-get error :message))))))

;;; Paths

(defun hotlens--local (path)
  "PATH without its host."
  (or (file-remote-p path 'localname) path))

(defun hotlens--uri (path)
  "The URI of PATH on its host."
  (concat "file://"
          (url-hexify-string (encode-coding-string (hotlens--local (expand-file-name path)) 'utf-8)
                             url-path-allowed-chars)))

(defun hotlens--path (connection path-or-uri)
  "PATH-OR-URI of the host of CONNECTION, as Emacs calls it."
  (let ((path (if (string-prefix-p "file://" path-or-uri)
                  (decode-coding-string
                   (url-unhex-string (replace-regexp-in-string "\\`file://[^/]*" "" path-or-uri))
                   'utf-8)
                path-or-uri)))
    (concat (hotlens-connection-host connection) path)))

;;; Asking

(defun hotlens--when-ready (connection function)
  "Call FUNCTION when CONNECTION may be used: now, or later."
  (if (hotlens-connection-ready connection)
      (funcall function)
    (push function (hotlens-connection-waiting connection))))

(defun hotlens--request (connection method params success &optional failure)
  "Ask CONNECTION for METHOD with PARAMS; call SUCCESS with the answer.
Errors go to FAILURE, or are shown.  Returns at once."
  (hotlens--when-ready
   connection
   (lambda ()
     (if (jsonrpc-running-p connection)
         (jsonrpc-async-request
          connection method params
          :timeout nil
          :success-fn success
          :error-fn (or failure
                        (lambda (error) (hotlens--complain connection method error))))
       (hotlens--say "the server of this has ended; ask for it again from a Python file")))))

(defun hotlens--notify (connection method params)
  "Tell CONNECTION of METHOD with PARAMS."
  (hotlens--when-ready connection
                       (lambda ()
                         (when (jsonrpc-running-p connection)
                           (jsonrpc-notify connection method params)))))

;;; Being asked

;; jsonrpc.el sends what a dispatcher returns.  What the user has to decide is not known yet by then:
;; the dispatcher returns a promise, which is not sent but called with a function that sends.

(cl-defstruct hotlens--promise start)

(cl-defmethod jsonrpc-connection-send :around
  ((connection hotlens-connection) &key id result &allow-other-keys)
  "Send a message to CONNECTION, or keep the promise that is its RESULT for ID."
  (if (hotlens--promise-p result)
      (funcall (hotlens--promise-start result)
               (lambda (&rest reply)
                 (when (jsonrpc-running-p connection)
                   (apply #'jsonrpc-connection-send connection :id id reply))))
    (cl-call-next-method)))

(defun hotlens--soon (function)
  "Call FUNCTION outside of the process filter, when no minibuffer is in use."
  (run-at-time 0 nil
               (lambda ()
                 (if (> (minibuffer-depth) 0)
                     (run-at-time 0.5 nil #'hotlens--soon function)
                   (funcall function)))))

(defun hotlens--promise (function)
  "A promise to answer with the value of FUNCTION, called soon."
  (make-hotlens--promise
   :start (lambda (reply)
            (hotlens--soon
             (lambda ()
               (condition-case oops
                   (funcall reply :result (funcall function))
                 (quit (funcall reply :result nil))
                 (error (funcall reply :error
                                 (list :code -32803
                                       :message (error-message-string oops))))))))))

(defun hotlens--ask-user (params)
  "Let the user choose one of the actions of PARAMS; return it, or nil."
  (let* ((actions (append (plist-get params :actions) nil))
         (titles (mapcar (lambda (action) (plist-get action :title)) actions))
         (completion-extra-properties '(:display-sort-function identity))
         (title (completing-read (concat (plist-get params :message) " ") titles nil t)))
    (cl-find title actions :key (lambda (action) (plist-get action :title)) :test #'equal)))

(defun hotlens--show-document (connection params)
  "Show the document of PARAMS, which CONNECTION names."
  (let ((uri (plist-get params :uri)))
    (if (or (eq t (plist-get params :external)) (not (string-prefix-p "file://" uri)))
        (browse-url uri)
      (pop-to-buffer (find-file-noselect (hotlens--path connection uri)))
      (unless (verify-visited-file-modtime)
        (revert-buffer t t))
      (when-let* ((selection (plist-get params :selection))
                  (line (plist-get (plist-get selection :start) :line)))
        (goto-char (point-min))
        (forward-line line)))
    '(:success t)))

(declare-function comint-mode "comint")
(declare-function comint-exec "comint")

(defvar hotlens--terminals nil
  "Buffers where programs are being profiled, newest first.")

(defun hotlens--terminal-buffers ()
  "The buffers where programs are being profiled now."
  (setq hotlens--terminals
        (cl-remove-if-not (lambda (buffer)
                            (and (buffer-live-p buffer)
                                 (process-live-p (get-buffer-process buffer))))
                          hotlens--terminals)))

(defun hotlens--run-in-terminal (connection params)
  "Run the recording of PARAMS in a buffer, on the host of CONNECTION."
  (let* ((argv (append (plist-get params :argv) nil))
         (default-directory (file-name-as-directory
                             (hotlens--path connection (plist-get params :cwd))))
         (process-environment
          (append (cl-loop for (name value) on (plist-get params :env) by #'cddr
                           collect (format "%s=%s" (substring (symbol-name name) 1) value))
                  process-environment))
         (name (format "*hotlens: %s*" (plist-get params :title)))
         (buffer (if (eq hotlens-terminal 'compilation)
                     (compilation-start (mapconcat #'shell-quote-argument argv " ") nil
                                        (lambda (_mode) name))
                   (hotlens--run-in-comint (generate-new-buffer-name name) argv))))
    (push buffer hotlens--terminals)
    (display-buffer buffer '(nil (inhibit-same-window . t)))
    (list :processId (or (process-id (get-buffer-process buffer)) 0))))

(defun hotlens--run-in-comint (name argv)
  "Run ARGV in a new comint buffer that is called NAME; return it."
  (require 'comint)
  (with-current-buffer (get-buffer-create name)
    (comint-mode)
    (comint-exec (current-buffer) name (car argv) nil (cdr argv))
    (set-process-query-on-exit-flag (get-buffer-process (current-buffer)) nil)
    (current-buffer)))

(defun hotlens--answer (connection method params)
  "Answer METHOD with PARAMS of CONNECTION."
  (pcase method
    ('window/showMessageRequest (hotlens--promise (lambda () (hotlens--ask-user params))))
    ('window/showDocument (hotlens--promise (lambda () (hotlens--show-document connection params))))
    ('hotlens/runInTerminal
     (hotlens--promise (lambda () (hotlens--run-in-terminal connection params))))
    ('window/workDoneProgress/create nil)
    ('workspace/configuration
     (vconcat (mapcar (lambda (_item) (hotlens--settings)) (plist-get params :items))))
    (_ (jsonrpc-error :code -32601 :message (format "Emacs has no %s" method)))))

;;; Being told

(defun hotlens--take-progress (params)
  "Remember the progress of PARAMS for the mode line."
  (let* ((token (plist-get params :token))
         (value (plist-get params :value))
         (entry (assoc token hotlens--progress)))
    (pcase (plist-get value :kind)
      ("begin" (push (list token (plist-get value :title) (plist-get value :message))
                     hotlens--progress))
      ("report" (when entry
                  (setf (nth 2 entry) (plist-get value :message))))
      ("end" (setq hotlens--progress (delq entry hotlens--progress))))
    (force-mode-line-update t)))

(defun hotlens--take-output (params)
  "Add what a program printed, PARAMS, to its buffer."
  (with-current-buffer (get-buffer-create "*hotlens output*")
    (let ((window-points (mapcar (lambda (window) (= (window-point window) (point-max)))
                                 (get-buffer-window-list nil nil t))))
      (save-excursion
        (goto-char (point-max))
        (insert (plist-get params :text)))
      (cl-mapc (lambda (window at-end)
                 (when at-end
                   (set-window-point window (point-max))))
               (get-buffer-window-list nil nil t) window-points))))

(defun hotlens--take (connection method params)
  "Take the notification METHOD with PARAMS of CONNECTION."
  (pcase method
    ('window/showMessage (hotlens--say "%s" (plist-get params :message)))
    ('window/logMessage (hotlens--log "%s" (plist-get params :message)))
    ('$/progress (hotlens--take-progress params))
    ('hotlens/output (hotlens--take-output params)))
  (run-hook-with-args 'hotlens-notification-functions connection method params))

(defun hotlens--progress-text ()
  "What is going on, for the mode line."
  (mapconcat (lambda (entry) (format " ● %s %s" (nth 1 entry) (or (nth 2 entry) "")))
             hotlens--progress ""))

;;; Connecting

(defun hotlens--settings ()
  "All settings of the server."
  (append `(:ui t :flameGraph t :terminal ,(if hotlens-terminal t :json-false))
          hotlens-settings))

(defun hotlens--initialize-params (connection)
  "What the server of CONNECTION is told first."
  `( :processId ,(if (hotlens-connection-host connection) nil (emacs-pid))
     :clientInfo (:name "hotlens.el" :version ,hotlens--version)
     :rootUri nil
     :workspaceFolders ,(vconcat (mapcar #'hotlens--folder
                                         (hotlens-connection-folders connection)))
     :initializationOptions (:hotlens ,(hotlens--settings))
     :capabilities
     ( :general (:positionEncodings ["utf-16"])
       :textDocument ( :synchronization (:didSave t)
                       :codeLens (:dynamicRegistration :json-false)
                       :inlayHint (:dynamicRegistration :json-false))
       :window (:showDocument (:support t) :workDoneProgress t)
       :workspace (:workspaceFolders t :configuration t))))

(defun hotlens--folder (path)
  "The workspace folder PATH in the words of the protocol."
  (list :uri (hotlens--uri path)
        :name (file-name-nondirectory (directory-file-name path))))

(defun hotlens--initialized (connection result)
  "CONNECTION has answered `initialize' with RESULT."
  (let* ((info (plist-get result :serverInfo))
         (version (plist-get info :version)))
    (setf (hotlens-connection-version connection) version)
    (cond
     ((not (equal (plist-get info :name) "hotlens"))
      (hotlens--say "%s is not hotlens but %s: see `hotlens-command'" (car hotlens-command)
                    (or (plist-get info :name) "something else"))
      (hotlens--disconnect connection))
     ((version< (or version "0") hotlens--oldest-server)
      (hotlens--say "the server is too old: %s.  Install hotlens %s or later" version
                    hotlens--oldest-server)
      (hotlens--disconnect connection))
     (t
      (setf (hotlens-connection-ready connection) t)
      (jsonrpc-notify connection 'initialized (make-hash-table))
      (run-hook-with-args 'hotlens-connected-functions connection)
      (mapc #'funcall (nreverse (hotlens-connection-waiting connection)))
      (setf (hotlens-connection-waiting connection) nil)))))

(defun hotlens--gone (connection)
  "The process of CONNECTION has ended."
  (setq hotlens--connections (rassq-delete-all connection hotlens--connections)
        hotlens--progress nil)
  (run-hook-with-args 'hotlens-disconnected-functions connection)
  (unless (hotlens-connection-leaving connection)
    (hotlens--say "the server has ended unexpectedly; the next command starts it again (see %s)"
                  (buffer-name (jsonrpc-stderr-buffer connection)))))

(defconst hotlens--remote-ready "hotlens: ready"
  "What a remote shell prints before the server runs.
Until then its terminal changes what passes through.  It looks like a header, so
jsonrpc.el takes it for one of the first message.")

(defun hotlens--when-remote-ready (connection function)
  "Call FUNCTION when the terminal of CONNECTION passes everything as it is."
  (when (jsonrpc-running-p connection)
    (if (with-current-buffer (process-buffer (jsonrpc--process connection))
          (save-excursion
            (goto-char (point-min))
            (search-forward hotlens--remote-ready nil t)))
        (funcall function)
      (run-with-timer 0.05 nil #'hotlens--when-remote-ready connection function))))

(defun hotlens--command-line (host)
  "The command that starts the server on HOST."
  (if host
      (list "/bin/sh" "-c"
            (concat "stty raw -echo >/dev/null 2>&1; printf '" hotlens--remote-ready "\\r\\n'; exec "
                    (mapconcat #'shell-quote-argument hotlens-command " ")))
    hotlens-command))

(defun hotlens--start (name host)
  "Start the process NAME of the server on HOST."
  (make-process :name name
                :command (hotlens--command-line host)
                :connection-type 'pipe
                :coding 'utf-8-emacs-unix
                :noquery t
                :stderr (get-buffer-create (format "*%s stderr*" name))
                :file-handler t))

(defun hotlens--initialize (connection)
  "Ask the server of CONNECTION to begin."
  (jsonrpc-async-request
   connection 'initialize (hotlens--initialize-params connection)
   :timeout nil
   :success-fn (lambda (result) (hotlens--initialized connection result))
   :error-fn (lambda (error) (hotlens--complain connection 'initialize error))))

(defun hotlens--connect (host folder)
  "Connect to a new server on HOST that knows FOLDER; return the connection."
  (let ((default-directory (concat host folder)))
    (unless (executable-find (car hotlens-command) (and host t))
      (user-error "The program `%s' was not found%s: install hotlens, or set `hotlens-command'"
                  (car hotlens-command) (if host (concat " on " host) "")))
    (let* ((name (concat "hotlens" (and host (concat " " host))))
           (connection
            (apply #'make-instance 'hotlens-connection
                   :name name
                   :host host
                   :process (lambda () (hotlens--start name host))
                   :request-dispatcher #'hotlens--answer
                   :notification-dispatcher #'hotlens--take
                   :on-shutdown #'hotlens--gone
                   (if (>= emacs-major-version 30)
                       '(:events-buffer-config (:size 0))
                     '(:events-buffer-scrollback-size 0)))))
      (push folder (hotlens-connection-folders connection))
      (push (cons host connection) hotlens--connections)
      (if host
          (hotlens--when-remote-ready connection (lambda () (hotlens--initialize connection)))
        (hotlens--initialize connection))
      connection)))

(defun hotlens--connection (&optional path)
  "The connection for PATH (`default-directory'), made if there is none."
  (let* ((path (or path default-directory))
         (host (file-remote-p path))
         (folder (hotlens--local (hotlens--project path)))
         (connection (cdr (assoc host hotlens--connections))))
    (cond
     ((not (and connection (jsonrpc-running-p connection)))
      (hotlens--connect host folder))
     ((member folder (hotlens-connection-folders connection))
      connection)
     (t
      (push folder (hotlens-connection-folders connection))
      (hotlens--notify connection 'workspace/didChangeWorkspaceFolders
                       `(:event (:added ,(vector (hotlens--folder folder)) :removed [])))
      connection))))

(declare-function project-root "project")

(defun hotlens--project (path)
  "The folder of the project that PATH belongs to, or that of PATH."
  (let* ((folder (if (file-directory-p path) path (file-name-directory path)))
         (project (project-current nil folder)))
    (file-name-as-directory (expand-file-name (if project (project-root project) folder)))))

(defun hotlens--disconnect (connection)
  "Ask the server of CONNECTION to end; return at once."
  (setf (hotlens-connection-leaving connection) t)
  (setq hotlens--connections (rassq-delete-all connection hotlens--connections))
  (when (jsonrpc-running-p connection)
    (let ((leave (lambda (&rest _)
                   (when (jsonrpc-running-p connection)
                     (jsonrpc-notify connection 'exit nil)))))
      (jsonrpc-async-request connection 'shutdown nil :timeout 3
                             :success-fn leave :error-fn leave :timeout-fn leave))))

(defun hotlens-disconnect ()
  "End all servers of hotlens; what they recorded is kept."
  (interactive)
  (mapc (lambda (entry) (hotlens--disconnect (cdr entry))) (copy-sequence hotlens--connections)))

(defun hotlens--leave ()
  "Emacs ends: so do the servers."
  (dolist (entry (copy-sequence hotlens--connections))
    (setf (hotlens-connection-leaving (cdr entry)) t)
    ;; The end of its input is enough for the server to leave in order.
    (ignore-errors (process-send-eof (jsonrpc--process (cdr entry))))))

(add-hook 'kill-emacs-hook #'hotlens--leave)

(provide 'hotlens-connection)
;;; hotlens-connection.el ends here
