{{- define "portico.buildNamespace" -}}
{{- default (printf "%s-builds" .Release.Namespace) .Values.buildNamespace -}}
{{- end -}}
