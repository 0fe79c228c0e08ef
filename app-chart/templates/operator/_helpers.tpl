{{/* What the operator calls itself where it changes anything: as the owner of fields, and in labels. */}}
{{- define "operator.manager" -}}greeter-operator{{- end }}

{{/* "operator" or "webhook" of: (list . "webhook") */}}
{{- define "operator.name" -}}
{{- $root := first . -}}
{{ $root.Release.Name }}{{ if ne (last .) "operator" }}-{{ last . }}{{ end }}
{{- end }}

{{/* Not `greeter`: that is how the customers' instances are found. */}}
{{- define "operator.selectorLabels" -}}
app.kubernetes.io/name: greeter-{{ last . }}
app.kubernetes.io/instance: {{ (first .).Release.Name }}
{{- end }}

{{- define "operator.podLabels" -}}
{{ include "operator.selectorLabels" . }}
app.kubernetes.io/version: {{ (first .).Chart.AppVersion | quote }}
app.kubernetes.io/part-of: greeter
{{- end }}

{{- define "operator.labels" -}}
{{- $root := first . -}}
{{ include "operator.podLabels" . }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* Name and labels of an object that is in no namespace. */}}
{{- define "operator.clusterMetadata" -}}
name: {{ include "operator.name" . }}
labels:
  {{- include "operator.labels" . | nindent 2 }}
{{- end }}

{{- define "operator.metadata" -}}
namespace: {{ (first .).Release.Namespace }}
{{ include "operator.clusterMetadata" . }}
{{- end }}

{{/* The second map over the first, as Helm lays values over each other (null takes a default away), as JSON. */}}
{{- define "operator.merged" -}}
{{- $base := first . | deepCopy -}}
{{- range $key, $value := last . }}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) }}
{{- $value = include "operator.merged" (list (get $base $key) $value) | fromJson }}
{{- end }}
{{- if kindIs "invalid" $value }}{{ $_ := unset $base $key }}{{ else }}{{ $_ := set $base $key $value }}{{ end }}
{{- end }}
{{- toJson $base -}}
{{- end }}

{{/* What is made for each customer of a class, as JSON: {domain, quota, objects}. The objects are what this chart renders
for a release of its own; the operator puts the customer's name in for __CUSTOMER__, and so on. (list . "class") */}}
{{- define "operator.class" -}}
{{- $root := first . -}}
{{- $class := get $root.Values.operator.classes (last .) | default dict -}}
{{- $values := include "operator.merged" (list (omit $root.Values "customers" "object" "operator") (omit $class "quota")) | fromJson -}}
{{- $hard := include "operator.merged" (list $root.Values.operator.quota ($class.quota | default dict)) | fromJson -}}
{{- $result := dict "domain" $values.domain "quota" (ternary (dict "hard" $hard) dict (gt (len $hard) 0)) -}}
{{- $customer := dict "name" "__NAME__" "greeting" "__GREETING__" "greetings" dict "hosts" list -}}
{{- $values = merge (dict "mode" "instance" "domain" "__DOMAIN__" "customer" $customer) $values -}}
{{- $release := dict "Name" "__CUSTOMER__" "Namespace" "__CUSTOMER__" "Service" (include "operator.manager" $root) -}}
{{- $context := merge (dict "Values" $values "Release" $release) (omit $root "Values" "Release") -}}
{{- $objects := list -}}
{{- range list "serviceaccount" "kubernetes" "secret" "configmap" "persistentvolumeclaim" "service" "networkpolicy" "pdb" "deployment" "hpa" "middleware" "ingress" "httproute" "servicemonitor" }}
{{- range regexSplit "(?m)^---\\s*$" (include (printf "%s/%s.yaml" $root.Template.BasePath .) $context) -1 }}
{{- with fromYaml . }}
{{- if .Error }}{{ fail .Error }}{{ end }}
{{- if eq .kind "Secret" }}
{{- /* Random when the operator makes it; here it would be everybody's, and anew with every upgrade. */}}
{{- $_ := set (unset . "data") "stringData" (dict "tokens" "editor __TOKEN__\nreader __TOKEN__\n") }}
{{- end }}
{{- $objects = append $objects . }}
{{- end }}
{{- end }}
{{- end }}
{{- $_ := set $result "objects" $objects -}}
{{- toJson $result -}}
{{- end }}

{{/* {"classes": ...} for all of them, as JSON. */}}
{{- define "operator.template" -}}
{{- $classes := dict -}}
{{- range keys .Values.operator.classes | sortAlpha }}
{{- $_ := set $classes . (include "operator.class" (list $ .) | fromJson) }}
{{- end }}
{{- dict "classes" $classes | toJson -}}
{{- end }}

{{/* What both Deployments' pods run under: the restricted pod security standard. (list . "webhook") */}}
{{- define "operator.podSecurity" -}}
{{- $root := first . -}}
serviceAccountName: {{ include "operator.name" . }}
automountServiceAccountToken: true
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile:
    type: RuntimeDefault
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "operator.environment" -}}
- name: GREETER_TEMPLATE
  value: /etc/greeter/operator/template.json
- name: GREETER_MANAGEMENT_PORT
  value: "9090"
- name: GREETER_LOG_LEVEL
  value: {{ .Values.server.logLevel }}
- name: GREETER_LOG_FORMAT
  value: {{ .Values.server.logFormat }}
{{- end }}

{{/* Both know the classes by the one template, and read it again when it changes. */}}
{{- define "operator.templateMount" -}}
- name: template
  mountPath: /etc/greeter/operator
  readOnly: true
{{- end }}

{{- define "operator.templateVolume" -}}
- name: template
  configMap:
    name: {{ .Release.Name }}-template
{{- end }}

{{- define "operator.probes" -}}
startupProbe:
  httpGet:
    path: /livez
    port: management
  periodSeconds: 1
  failureThreshold: 30
readinessProbe:
  httpGet:
    path: /readyz
    port: management
  periodSeconds: 2
  timeoutSeconds: 2
livenessProbe:
  httpGet:
    path: /livez
    port: management
  periodSeconds: 10
  timeoutSeconds: 5
{{- end }}

{{/* Where pods go, and on which nodes. (list . "webhook") */}}
{{- define "operator.scheduling" -}}
{{- $root := first . -}}
{{- with $root.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
topologySpreadConstraints:
  - topologyKey: kubernetes.io/hostname
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "operator.selectorLabels" . | nindent 8 }}
{{- with $root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
