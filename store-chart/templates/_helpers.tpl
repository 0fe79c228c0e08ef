{{/* What selectors match: immutable in a StatefulSet, so never more than this. */}}
{{- define "store.selectorLabels" -}}
app.kubernetes.io/name: greeter-store
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "store.labels" -}}
{{ include "store.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: greeter
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* Name, namespace and labels: (list . "what comes after the release's name"). */}}
{{- define "store.metadata" -}}
{{- $root := first . -}}
name: {{ $root.Release.Name }}{{ with last . }}-{{ . }}{{ end }}
namespace: {{ $root.Release.Namespace }}
labels:
  {{- include "store.labels" $root | nindent 2 }}
{{- end }}

{{- define "store.passwords" -}}
{{ .Values.passwords.existingSecret | default .Release.Name }}
{{- end }}

{{- define "store.users" -}}
{{ .Values.users.existingSecret | default (printf "%s-users" .Release.Name) }}
{{- end }}

{{/* The image, and what it runs under: the restricted pod security standard. */}}
{{- define "store.container" -}}
image: {{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag }}{{ end }}
imagePullPolicy: {{ .pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{/* What the script needs in both containers. */}}
{{- define "store.environment" -}}
env:
  - name: POD_NAME
    valueFrom: {fieldRef: {fieldPath: metadata.name}}
  - name: NAMESPACE
    value: {{ .Release.Namespace }}
  - name: STORE
    value: {{ .Release.Name }}
volumeMounts:
  - name: config
    mountPath: /etc/greeter-store
    readOnly: true
  # Directories, not files in them: only so does what changes reach the running pod.
  - name: passwords
    mountPath: /etc/greeter-store-passwords
    readOnly: true
  - name: users
    mountPath: /etc/greeter-store-users
    readOnly: true
  - name: data
    mountPath: /data
  - name: run
    mountPath: /run/greeter-store
{{- end }}

{{- define "store.probe" -}}
exec:
  command: [/etc/greeter-store/store.sh, check, {{ . }}]
timeoutSeconds: 3
{{- end }}
