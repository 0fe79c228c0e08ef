{{/* "greeter-" in front, as a Service's name can't start with a digit and a customer's can. */}}
{{- define "greeter.fullname" -}}
greeter-{{ ternary (trimPrefix "greeter-" .Release.Name) .Release.Name (eq .Values.mode "shared") }}
{{- end }}

{{/* "true" for a release that has pods which greet, else nothing. */}}
{{- define "greeter.serves" -}}
{{- if has .Values.mode (list "instance" "shared") }}true{{ end }}
{{- end }}

{{/* What selectors match: immutable in a Deployment, so never more than this. */}}
{{- define "greeter.selectorLabels" -}}
app.kubernetes.io/name: greeter
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels of a pod; nothing that changes with the chart alone, as that would replace every pod. */}}
{{- define "greeter.podLabels" -}}
{{ include "greeter.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: greeter
{{- end }}

{{- define "greeter.labels" -}}
{{ include "greeter.podLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* Name, namespace and labels of every object but the test pod. */}}
{{- define "greeter.metadata" -}}
{{ include "greeter.metadataOf" (list . "") }}
{{- end }}

{{/* The same for one of several of a kind: (list . "what comes after the name"). */}}
{{- define "greeter.metadataOf" -}}
{{- $root := first . -}}
name: {{ include "greeter.fullname" $root }}{{ with last . }}-{{ . }}{{ end }}
namespace: {{ $root.Release.Namespace }}
labels:
  {{- include "greeter.labels" $root | nindent 2 }}
{{- end }}

{{- define "greeter.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{/* Every host of the customer, as a JSON list; of shared ones all that are below a domain, and those that are not. */}}
{{- define "greeter.hosts" -}}
{{- if eq .Values.mode "shared" }}
{{- $domains := dict .Values.domain true }}
{{- $further := list }}
{{- range $name, $text := .Values.customers }}
{{- $file := fromYaml $text }}
{{- if not (dig "customer" "greeting" "" $file) }}
{{- fail (printf "customers.%s is no customer's file: %s" $name ($file.Error | default "it has no customer.greeting")) }}
{{- end }}
{{- $_ := set $domains ($file.domain | default $.Values.domain) true }}
{{- $further = concat $further ($file.customer.hosts | default list) }}
{{- end }}
{{- $hosts := list }}
{{- range keys $domains | sortAlpha }}
{{- $hosts = append $hosts (printf "*.%s" .) }}
{{- end }}
{{- range $further | uniq | sortAlpha }}
{{- if not (hasKey $domains (regexReplaceAll "^[^.]*\\." . "")) }}
{{- $hosts = append $hosts . }}
{{- end }}
{{- end }}
{{- toJson $hosts -}}
{{- else }}
{{- prepend .Values.customer.hosts (printf "%s.%s" .Release.Name .Values.domain) | toJson -}}
{{- end }}
{{- end }}

{{/* What the Middlewares are called after the release, outermost first, as a JSON list. A redirected request has not
     been answered yet, so it does not count towards the limit. */}}
{{- define "greeter.middlewares" -}}
{{- $names := list }}
{{- with .Values.ingress }}
{{- if .securityHeaders.enabled }}{{ $names = append $names "security-headers" }}{{ end }}
{{- if .redirect }}{{ $names = append $names "redirect" }}{{ end }}
{{- if .rateLimit.enabled }}{{ $names = append $names "rate-limit" }}{{ end }}
{{- end }}
{{- toJson $names -}}
{{- end }}

{{/* The Secret with the certificate; empty means the ingress controller's own. */}}
{{- define "greeter.certificate" -}}
{{- with .Values.ingress.tls }}
{{- .secretName | default (ternary (printf "%s-tls" (include "greeter.fullname" $)) "" (ne .issuer.name "")) }}
{{- end }}
{{- end }}

{{/* Text for env and args, in which Kubernetes would expand $(VARIABLE). */}}
{{- define "greeter.literal" -}}
{{ . | replace "$" "$$" | toJson }}
{{- end }}

{{/* A number from a values file is a float, which prints large ones as 1e+06. */}}
{{- define "greeter.setting" -}}
{{ ternary (. | int64) . (kindIs "float64" .) | toString | quote }}
{{- end }}

{{/* "true" where an autoscaler decides how many pods there are, else nothing. */}}
{{- define "greeter.autoscaled" -}}
{{- with .Values }}
{{- if ternary (not .persistence.enabled) (eq (toString .autoscaling.enabled) "true") (eq (toString .autoscaling.enabled) "auto") }}true{{ end }}
{{- end }}
{{- end }}

{{/* Pods without an autoscaler. */}}
{{- define "greeter.replicas" -}}
{{- with .Values }}{{ ternary (ternary 1 2 .persistence.enabled) .replicas (eq (toString .replicas) "auto") }}{{ end }}
{{- end }}

{{/* Fewest pods there are when all is well. */}}
{{- define "greeter.minimum" -}}
{{- if include "greeter.autoscaled" . }}{{ .Values.autoscaling.minReplicas }}{{ else }}{{ include "greeter.replicas" . }}{{ end }}
{{- end }}

{{/* Where greetings are kept that are written; nothing where they can't be. */}}
{{- define "greeter.store" -}}
{{- if .Values.persistence.enabled }}sqlite:/data/greetings.db
{{- else if .Values.kubernetes.enabled }}kubernetes:
{{- else }}{{ .Values.redis.url | replace "{release}" .Release.Name }}{{ end }}
{{- end }}

{{/* Seconds that a start waits for a store that may not be there yet. */}}
{{- define "greeter.storeWait" -}}
{{- with .Values }}{{ if .kubernetes.enabled }}{{ .kubernetes.waitSeconds }}{{ else if .redis.url }}{{ .redis.waitSeconds }}{{ else }}0{{ end }}{{ end }}
{{- end }}

{{- define "greeter.claim" -}}
{{ .Values.persistence.existingClaim | default (include "greeter.fullname" .) }}
{{- end }}

{{/* The Secret with the tokens. */}}
{{- define "greeter.tokens" -}}
{{ .Values.api.existingSecret | default (printf "%s-tokens" (include "greeter.fullname" .)) }}
{{- end }}

{{/* Longest orderly stop of a pod, and 5 s to spare. */}}
{{- define "greeter.terminationSeconds" -}}
{{- with .Values.shutdown }}{{ add .preStopSeconds .delaySeconds .graceSeconds 5 }}{{ end }}
{{- end }}

{{/* What both the pods and the test pod run under: the restricted pod security standard. */}}
{{- define "greeter.podSecurity" -}}
serviceAccountName: {{ include "greeter.fullname" . }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  {{- if or .Values.persistence.enabled .Values.api.enabled .Values.kubernetes.enabled (and .Values.redis.url .Values.redis.existingSecret) }}
  # Of this group are the volume, which is looked through only where its root is not, the tokens and the passwords.
  fsGroup: 65532
  fsGroupChangePolicy: OnRootMismatch
  {{- end }}
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "greeter.containerSecurity" -}}
image: {{ include "greeter.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{/* Rules of a NetworkPolicy that let pods reach the API server. */}}
{{- define "greeter.toApiServer" -}}
{{- with .Values.networkPolicy.kubernetes -}}
- {{ with .peers }}to:
    {{- toYaml . | nindent 4 }}
  {{ end }}ports:
    {{- range .ports }}
    - port: {{ . }}
    {{- end }}
{{- end }}
{{- end }}

{{/* Contradictions that the schema can't see. */}}
{{- define "greeter.check" -}}
{{- if and (eq .Values.mode "operator") .Values.customers }}
{{- fail "mode is operator, but customers is set: the operator's customers are objects of kind Customer" }}
{{- end }}
{{- if eq .Values.mode "shared" }}
{{- if not .Values.customers }}
{{- fail "mode is shared, but customers is empty: scripts/shared-values makes it of a folder" }}
{{- end }}
{{- else if .Values.customers }}
{{- fail (printf "customers is set but mode is %s: set it to shared, or leave customers out" .Values.mode) }}
{{- end }}
{{- if has .Values.mode (list "shared" "operator") }}
{{- $where := ternary "a shared release's customers are in customers" "the operator's customers are objects of kind Customer" (eq .Values.mode "shared") }}
{{- range $key, $value := .Values.customer }}
{{- if $value }}
{{- fail (printf "mode is %s, but customer.%s is set: %s" $.Values.mode $key $where) }}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.autoscaling }}
{{- if gt (int .minReplicas) (int .maxReplicas) }}
{{- fail (printf "autoscaling.minReplicas is %v, more than autoscaling.maxReplicas, %v: make it at most %v" .minReplicas .maxReplicas .maxReplicas) }}
{{- end }}
{{- end }}
{{- if and .Values.kubernetes.enabled (or .Values.persistence.enabled .Values.redis.url) }}
{{- fail (printf "kubernetes.enabled is true and %s, but greetings are kept in one place: leave one of the two out" (ternary "persistence.enabled is as well" "redis.url is set" .Values.persistence.enabled)) }}
{{- end }}
{{- if and .Values.persistence.enabled .Values.redis.url }}
{{- fail "persistence.enabled is true and redis.url is set, but greetings are kept in one place: leave persistence out, or set redis.url to \"\" to keep the volume" }}
{{- end }}
{{- with .Values.persistence }}
{{- if .enabled }}
{{- if include "greeter.autoscaled" $ }}
{{- fail "persistence.enabled is true, so one pod has the store, but autoscaling.enabled is true as well: leave it out, or set it to false" }}
{{- end }}
{{- if gt (include "greeter.replicas" $ | int) 1 }}
{{- fail (printf "persistence.enabled is true, so one pod has the store, but replicas is %v: leave it out, or set it to 1" $.Values.replicas) }}
{{- end }}
{{- else if .existingClaim }}
{{- fail "persistence.existingClaim is set but persistence.enabled is false: set it to true, or leave the claim out" }}
{{- end }}
{{- end }}
{{- if and .Values.api.existingSecret (not .Values.api.enabled) }}
{{- fail "api.existingSecret is set but api.enabled is false: set it to true, or leave the secret out" }}
{{- end }}
{{- range $value, $labels := dict "podLabels" .Values.podLabels "serviceMonitor.labels" .Values.serviceMonitor.labels }}
{{- range $label, $_ := $labels }}
{{- if regexMatch "^(app\\.kubernetes\\.io|helm\\.sh)/" $label }}
{{- fail (printf "%s has %s, a label of the chart's own: choose another name" $value $label) }}
{{- end }}
{{- end }}
{{- end }}
{{- if eq (int .Values.service.port) 9090 }}
{{- fail "service.port is 9090, which is the management port: choose another, usually 80" }}
{{- end }}
{{- $own := printf "%s.%s" .Release.Name .Values.domain }}
{{- if gt (len $own) 253 }}
{{- fail (printf "host %s has %d characters, a DNS name at most 253: shorten domain" $own (len $own)) }}
{{- end }}
{{- if has $own .Values.customer.hosts }}
{{- fail (printf "customer.hosts has %s, which the customer is reached by anyway: leave it out" $own) }}
{{- end }}
{{- with .Values.ingress }}
{{- if and .tls.secretName (not .tls.enabled) }}
{{- fail "ingress.tls.secretName is set but ingress.tls.enabled is false: set it to true, or leave the secret out" }}
{{- end }}
{{- if and .tls.issuer.name (not .tls.enabled) }}
{{- fail "ingress.tls.issuer.name is set but ingress.tls.enabled is false: set it to true, or leave the issuer out" }}
{{- end }}
{{- if and .tls.enabled (not .enabled) }}
{{- fail "ingress.tls.enabled is true but ingress.enabled is false: TLS needs the ingress; with an HTTPRoute, the Gateway's listener has it" }}
{{- end }}
{{- if and .redirect (not .tls.enabled) }}
{{- fail "ingress.redirect is true but ingress.tls.enabled is false: set it to true; with an HTTPRoute, httpRoute.redirectFrom redirects" }}
{{- end }}
{{- end }}
{{- with .Values.httpRoute }}
{{- if and .enabled $.Values.ingress.enabled }}
{{- fail "httpRoute.enabled and ingress.enabled are both true, and a host has one way in: set ingress.enabled to false" }}
{{- end }}
{{- if and .enabled (not .parentRefs) }}
{{- fail "httpRoute.enabled is true but httpRoute.parentRefs is empty: name the Gateway there" }}
{{- end }}
{{- if and (or .parentRefs .redirectFrom) (not .enabled) }}
{{- fail "httpRoute.parentRefs or httpRoute.redirectFrom is set but httpRoute.enabled is false: set it to true" }}
{{- end }}
{{- end }}
{{- with .Values.service }}
{{- if and (gt (len .ipFamilies) 1) (has .ipFamilyPolicy (list "" "SingleStack")) }}
{{- fail "service.ipFamilies has two but service.ipFamilyPolicy is no dual stack: set it to PreferDualStack or RequireDualStack" }}
{{- end }}
{{- end }}
{{- end }}
