/** The kinds of channels, in words. */
export const channelWords = {
  webhook: 'Webhook (Standard Webhooks)',
  slack: 'Slack, Mattermost and alike',
  teams: 'Microsoft Teams',
} as const;
