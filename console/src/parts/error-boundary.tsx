import { Component, type ReactNode } from 'react'
import { Failure } from './states.tsx'

interface ErrorBoundaryProps {
  /** Another value (the page's address) starts afresh. */
  readonly resetKey: string
  readonly children: ReactNode
}

interface Broken {
  readonly error: unknown
}

/** A page that breaks leaves the navigation standing. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly broken: Broken | null }> {
  override state: { readonly broken: Broken | null } = { broken: null }

  static getDerivedStateFromError(error: unknown): { readonly broken: Broken } {
    return { broken: { error } }
  }

  override componentDidUpdate(before: ErrorBoundaryProps): void {
    if (before.resetKey !== this.props.resetKey && this.state.broken !== null) this.setState({ broken: null })
  }

  override render(): ReactNode {
    const { broken } = this.state
    if (broken === null) return this.props.children
    return <Failure error={broken.error} onRetry={() => this.setState({ broken: null })} />
  }
}
