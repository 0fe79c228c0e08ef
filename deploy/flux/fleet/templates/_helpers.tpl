{{- define "fleet.version" -}}
{{ (.Files.Get "app-chart.yaml" | fromYaml).version }}
{{- end }}

{{- define "fleet.chart" -}}
greeter-{{ include "fleet.version" . | replace "+" "-" }}
{{- end }}

{{- define "fleet.shared" -}}
greeter-shared-{{ omit .Values "fleet" | toYaml | sha256sum | trunc 8 }}
{{- end }}

{{/* Every customer as JSON, by wave: {"0": {"customer-a": values}, ...}. Files that can't be read stop all. */}}
{{- define "fleet.waves" -}}
{{- $waves := dict }}
{{- range $path, $content := .Files.Glob "customer-values/*.yaml" }}
{{- $name := base $path | trimSuffix ".yaml" }}
{{- if not (hasPrefix "." $name) }}
{{- $values := $.Files.Get $path | fromYaml }}
{{- with $values.Error }}{{ fail (printf "%s: %s" $path .) }}{{ end }}
{{- $wave := $values.rollout | default dict | dig "wave" 1 | toString }}
{{- if not (regexMatch "^[0-9]$" $wave) }}
{{- fail (printf "%s: rollout.wave is %s: write a number from 0 to 9" $path $wave) }}
{{- end }}
{{- $_ := set $waves $wave (get $waves $wave | default dict | merge (dict $name $values)) }}
{{- end }}
{{- end }}
{{- if not $waves }}{{ fail "customer-values has no *.yaml, and without customers there is nothing to do" }}{{ end }}
{{- toJson $waves }}
{{- end }}
